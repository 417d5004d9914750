"""One PostgreSQL for all tests of the store, and a fresh schema for each."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.support.postgres import PostgresServer, fresh_database, running_postgres

__all__: list[str] = []


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server that nobody kills."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def new_database(postgres: PostgresServer) -> Callable[[], str]:
    """Makes an empty log; gives the setting that leads to it."""
    numbers = count()
    return lambda: fresh_database(postgres, f"log_{next(numbers)}")


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """The setting that leads to an empty log."""
    return new_database()
