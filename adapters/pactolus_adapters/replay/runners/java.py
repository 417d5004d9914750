"""The Java runtime that Apache Spark needs: looked for before Spark is, whose own words for this help nobody."""

import os
import re
import shutil
import subprocess
from typing import Final

from pactolus_adapters.replay.runners.carried import RunnerUnavailable

__all__ = ["require_java"]

_OLDEST: Final = 17
"""Spark 4.0 runs on Java 17 and 21: https://spark.apache.org/docs/latest/"""
_ADVICE: Final = (
    "on Debian or Ubuntu `apt-get install default-jre-headless` (or `openjdk-17-jre-headless`), or choose the "
    "runner `pool`"
)
_SECONDS: Final = 30


def require_java() -> None:
    """Sees that there is a runtime that is new enough. Raises `RunnerUnavailable`, which says what to install."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=os.path.join(home, "bin") if home else None)
    if java is None:
        where = (
            f"below `JAVA_HOME`, which is `{home}`" if home else "on the `PATH`, and `JAVA_HOME` is not set"
        )
        raise RunnerUnavailable(
            f"Apache Spark needs Java {_OLDEST} or newer, and there is none {where}: {_ADVICE}"
        )
    version = _version(java)
    if version < _OLDEST:
        found = f"is version {version}" if version else "does not tell its version"
        raise RunnerUnavailable(
            f"Apache Spark needs Java {_OLDEST} or newer, and `{java}` {found}: {_ADVICE}"
        )


def _version(java: str) -> int:
    """The first number of the version, which was `1` up to Java 8; 0 when it cannot be found out."""
    try:
        told = subprocess.run(
            [java, "-version"], capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', told.stderr + told.stdout)
    return int(found.group(1)) if found else 0
