"""Spark for tests: whether it is there, and a home of its own for what `local-cluster` leaves behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from pactolus_adapters.replay.runners.carried import RunnerUnavailable
from pactolus_adapters.replay.runners.java import require_java

__all__ = ["need_spark", "spark_home"]


def need_spark() -> None:
    """Skips where Spark or Java is missing, which CI does not allow."""
    if find_spec("pyspark") is None:
        pytest.skip("`pyspark` is not installed: the runner on Spark is not tested")
    try:
        require_java()
    except RunnerUnavailable as missing:
        pytest.skip(f"{missing}: the runner on Spark is not tested")


@contextmanager
def spark_home(place: Path) -> Iterator[None]:
    """A home that leads to all of the installed one. The workers of `local-cluster` write logs into their home, which
    would else be the installation."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    place.mkdir()
    for entry in Path(spec.submodule_search_locations[0]).iterdir():
        if entry.name != "work":
            (place / entry.name).symlink_to(entry)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(place))
        yield
