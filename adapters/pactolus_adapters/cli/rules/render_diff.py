"""A comparison of two packs as a person reads it: where the answers part, what else comes and goes, lists."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote

from pactolus_adapters.authoring.diff import Sent, statement_words
from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.cli.rules.render_explain import answer_line
from pactolus_adapters.cli.terminal import folded, section, shown_digest
from pactolus_engine.differences.compare import Comparison, Difference, RuleDifference
from pactolus_engine.differences.listed import Change
from pactolus_engine.pack.model import Pack

__all__ = ["render_comparison"]


def render_comparison(
    comparison: Comparison, old: tuple[Path, Draft], new: tuple[Path, Draft], sent: list[Sent]
) -> str:
    """The whole comparison as plain text. `old`, `new`: the folder of each pack, and the pack."""
    packs = old[1].pack, new[1].pack
    lines = [f"== {_name(packs[0])}  ->  {_name(packs[1])}", *folded(_verdict(comparison))]
    for number, one in enumerate(comparison.answers, start=1):
        witness = sent[number - 1] if sent else None
        lines += section(f"{number}. {_parting(one)}", _region(one, packs, witness))
        if witness is not None and witness.bundle:
            lines += _commands(one, witness, (old, new))
    lines += section("Findings and caveats that come (+) or go (-)", _beside(comparison.beside))
    lines += section(
        "Changed rules that move no answer (the reasons that are told may differ)", _idle(comparison)
    )
    listed = comparison.listed
    lines += section("Facts that differ: the regions hold where both read them alike", _changes(listed.facts))
    lines += section(
        "Codes, parameters, options that differ: they act, and no region shows it", _changes(listed.acting)
    )
    lines += section("Texts and sources that differ: no answer moves", _changes(listed.texts))
    return "\n".join(lines) + "\n"


def _name(pack: Pack) -> str:
    return f"{pack.id} {pack.version}, {shown_digest(pack.digest)}"


def _verdict(comparison: Comparison) -> str:
    if comparison.is_same and comparison.is_whole:
        return "No complete patient is answered otherwise."
    number = len(comparison.answers)
    regions = f"{number} region{'' if number == 1 else 's'} in which the answers differ"
    if comparison.is_whole:
        return f"{regions}. These are all."
    unseen = f" {comparison.not_shown} more without a witness." if comparison.not_shown else ""
    return f"{regions}. The bound was met: there may be more.{unseen}"


def _parting(one: Difference) -> str:
    return f"{answer_line(one.before)}  ->  {answer_line(one.after)}"


def _region(one: Difference, packs: tuple[Pack, Pack], sent: Sent | None) -> Iterator[str]:
    yield from _where(one.where)
    for words in one.beside:
        yield from folded(words, "  and ")
    if not one.where and not one.beside:
        yield from folded("every patient", "- ")
    if one.open_fact:
        yield from folded(f"of patients who are complete but for {one.open_fact}", "  . ")
    yield from folded(f"for instance: {_patient(one, packs)}", "  = ")
    if sent is not None and not sent.bundle:
        yield from folded(f"FHIR does not carry this patient: {sent.not_carried}", "  ! ")
    elif sent is not None and not sent.differs:
        yield from folded("sent as FHIR, this patient does not show the difference", "  ! ")


def _where(where: tuple[tuple[str, str, str], ...]) -> Iterator[str]:
    for fact, title, words in where:
        yield from folded(f"{title} [{fact}]: {words}", "- ")


def _patient(one: Difference, packs: tuple[Pack, Pack]) -> str:
    """The witness: what the region is about first."""
    named = {fact for fact, _, _ in one.where}
    patient = one.witness.patient
    order = sorted(patient.statements, key=lambda each: (each.fact not in named, each.fact, each.sample))
    told = (statement_words(each, packs[0] if each.fact in packs[0].facts else packs[1]) for each in order)
    return f"{'; '.join(told)}; at {patient.instant.isoformat().replace('+00:00', 'Z')}"


def _commands(
    one: Difference, sent: Sent, packs: tuple[tuple[Path, Draft], tuple[Path, Draft]]
) -> Iterator[str]:
    """The commands that show the witness under both packs; not folded, so that they can be copied."""
    at = one.witness.patient.instant.isoformat().replace("+00:00", "Z")
    for folder, draft in packs:
        pack = f"{draft.pack.id}@{draft.pack.version}"
        rules = quote(str(folder.resolve().parent))
        yield f"     $ pactolus evaluate {quote(str(sent.file))} --at {at} --rules {rules} --pack {pack}"


def _beside(found: Iterable[RuleDifference]) -> Iterator[str]:
    for one in found:
        yield from folded(one.rule, "+ " if one.is_new else "- ")
        for fact, title, words in one.where:
            yield from folded(f"{title} [{fact}]: {words}", "    ")


def _idle(comparison: Comparison) -> Iterator[str]:
    """Changed rules of which nothing was found; only when all was looked at and no answer differs."""
    if comparison.is_whole and not comparison.answers:
        told = {one.rule for one in comparison.beside}
        for rule in comparison.moved:
            if rule not in told:
                yield from folded(rule, "- ")


def _changes(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        yield from folded(f"{change.what}: {change.how}", "- ")
