"""A replay in this process keeps what every runner promises."""

import pytest

from pactolus_adapters.replay.ports import Runner
from pactolus_adapters.replay.runners.inline import InlineRunner
from tests.contract.runner import RunnerContract


class TestInline(RunnerContract):
    @pytest.fixture
    def runner(self) -> Runner:
        return InlineRunner()
