"""One job on a store in a process of its own, to be killed: `python -m tests.faults.keep_store JOB DIRECTORY...`.

It says `ready` when everything is imported.
"""

import sys
from pathlib import Path

from pactolus_adapters.audit.restore import Wanted
from tests.support.kept_store import keeper


def _work(job: str, directory: Path, *more: str) -> None:
    if job == "rotate":
        keeper(directory).rotate_key()
    elif job == "restore":
        backup, erased = map(Path, more)
        keeper(directory).restore(backup, None, (erased,), Wanted())
    else:
        keeper(directory).lose_key()


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    _work(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
