"""What holds for every test: a skip is a failure where CI says so, and hypothesis is quick and fair."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

__all__: list[str] = []

_IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

# No deadline: a busy machine is not a defect. Same code, same verdict: only the long runs draw anew.
settings.register_profile("quick", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("long", deadline=None, print_blob=True)
settings.load_profile("long" if os.environ.get("PACTOLUS_PAIRS") else "quick")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that cannot run has not passed."""
    report = yield
    if _IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that asks to be skipped."""
    report = yield
    if _IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report
