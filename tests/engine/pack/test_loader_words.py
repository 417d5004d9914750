"""The page of the rule language names all that the loader says, as the planted mistakes show it."""

from tests.engine.pack.loader_words import PAGE, page_with, table_lines


def test_the_table_of_the_page_is_that_of_the_mistakes() -> None:
    """When this fails: `python -m tests.engine.pack.loader_words` writes the table anew."""
    assert PAGE.read_text() == page_with(table_lines())


def test_it_has_every_kind_of_file() -> None:
    lines = table_lines()
    assert len(lines) > 90
    for kind in ("any file", "`facts.yaml`", "a rule, a condition", "a case", "an overlay", "`waivers.yaml`"):
        assert any(line.startswith(f"| {kind} |") for line in lines), kind
