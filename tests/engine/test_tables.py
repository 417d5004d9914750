"""Decision tables: every way in which a rule comes true has its row, and every row is one."""

from pactolus_engine.compiled import compile_pack
from pactolus_engine.pack.model import All, Any, Effect, Not, Pack
from pactolus_engine.tables import COLUMNS, NOT_LOOKED_AT, table_of
from tests.support.real_packs import real_pack
from tests.support.small_packs import a_flag, a_fraction, a_whole, compared, is_one_of, pack_of, rule


def _pack() -> Pack:
    flag, low = is_one_of("flag", "true"), compared("mrd", "below", "1e-5")
    rules = [
        rule("in", "offer", All((low, Any((flag, compared("cycles", "at-least", "6"))))), "one"),
        rule("out", "exclude", Not(All((compared("mrd", "at-least", "1e-6"), low)))),
        rule("mixed-up", "conflict", flag),
        rule("care", "caveat", flag, options=("one",)),
    ]
    return pack_of([a_fraction(), a_flag(), a_whole()], rules)


def test_groups_stand_in_the_order_in_which_they_decide() -> None:
    groups = table_of(compile_pack(_pack())).groups
    assert [one.effect.value for one in groups] == ["conflict", "exclude", "offer", "caveat"]


def test_any_gives_rows_and_what_a_row_does_not_look_at_is_a_dash() -> None:
    (offer,) = table_of(compile_pack(_pack()), effects=[Effect.OFFER]).groups
    (block,) = offer.blocks
    assert [name for name, _ in block.columns] == ["mrd", "flag", "cycles"]
    assert [row.cells for row in block.rows] == [
        ("below 1e-5", NOT_LOOKED_AT, "at or above 6 {cycles}"),
        ("below 1e-5", "true", NOT_LOOKED_AT),
    ]
    assert {row.gives for row in block.rows} == {"offer one"}


def test_not_is_said_by_its_opposite() -> None:
    (out,) = table_of(compile_pack(_pack()), rules=["out"]).groups
    assert [row.cells for row in out.blocks[0].rows] == [("at or above 1e-5",), ("below 1e-6",)]


def test_a_wide_group_is_laid_out_in_narrow_blocks_that_lose_no_row() -> None:
    compiled = real_pack("midas-consolidation")
    for group in table_of(compiled).groups:
        rules = {row.rule for block in group.blocks for row in block.rows}
        assert rules == {
            name for name in compiled.conditions if compiled.pack.rules[name].effect is group.effect
        }
        for block in group.blocks:
            assert len(block.columns) <= COLUMNS
            for place in range(len(block.columns)):
                assert any(row.cells[place] != NOT_LOOKED_AT for row in block.rows)


def test_rules_that_are_off_are_named_with_what_they_wait_for() -> None:
    table = table_of(real_pack("midas-consolidation"))
    waits = {rule: needs for rule, _, needs in table.off}
    assert waits["lvef-blocks-isa-krd-x6"] == ("lvef-minimum",)
    assert table_of(real_pack("midas-consolidation"), effects=[Effect.HOLD]).off == ()
