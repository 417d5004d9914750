"""Sources that a reader cannot open."""

from tests.engine.checks.findings import said


def test_neither_doi_nor_url() -> None:
    changes = [
        ("evidence.yaml", "  doi: 10.1056/example\n", ""),
        ("evidence.yaml", "  url: https://trial.example/report\n", ""),
    ]
    assert said("evidence-without-address", *changes) == [
        "evidence trial: evidence `trial` has neither `doi` nor `url`"
    ]
    assert said("evidence-without-address", changes[0]) == []
    assert said("evidence-without-address", changes[1]) == []
