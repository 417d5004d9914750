"""`pactolus audit`: what the group itself says."""

from tests.adapters.cli.run import Runner


def test_the_verbs_are_listed_in_the_order_of_the_work_with_the_exit_codes(run: Runner) -> None:
    told = run("audit", "--help").out
    verbs = (
        "list",
        "show",
        "affected",
        "verify",
        "prove",
        "check-proof",
        "export",
        "erase",
        "backup",
        "migrate",
    )
    places = [told.index(f"\n  {verb} ") for verb in verbs]
    assert places == sorted(places)
    assert "Exit codes: 0 done" in told
