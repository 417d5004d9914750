"""Cases written for review: patients that the pack's cases lack, with the answer that the pack gives now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pactolus_adapters.authoring.cover import case_states, new_tally
from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.run_cases import run_case
from pactolus_engine.cases import Case, read_cases
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import PactolusError
from pactolus_engine.evaluate import evaluate
from pactolus_engine.generate.patient import Patient, base_patient
from pactolus_engine.generate.run import Generated, NotShown, Shown, generate
from pactolus_engine.generate.search import Search
from pactolus_engine.generate.text import case_text, expectation
from pactolus_engine.ports import Matcher

__all__ = ["GENERATED", "Written", "generated_cases", "write_cases"]

GENERATED = "generated-"
"""What the files of generated cases begin with. They are no base for others."""

_LONGEST = 64
_BASES_OF_A_KIND = 2
"""Base patients of one outcome, options, conclusions and overlay."""


@dataclass(frozen=True, slots=True)
class Written:
    """A case file that was made: its name, its content, and what it shows."""

    file: str
    content: str
    title: str


def generated_cases(draft: Draft, matcher: Matcher, *, is_all: bool) -> Iterator[Written | NotShown]:
    """Makes the cases that are lacking (`is_all`: every one), and tells which cannot be made.

    Each was read again and passes in both engines. Raises `EnginesDisagree` and `MatcherFailed`.
    """
    search = Search(_bases(draft, matcher))
    shown = Shown(new_tally(draft))
    for case in draft.cases():
        states = None if is_all else case_states(case, draft)
        if states is not None:
            shown.add(case.place.file, draft.compiled_with(case.overlay), states, search)
    names: set[str] = set()
    for found in generate(search, shown):
        yield _written(found, draft, matcher, names) if isinstance(found, Generated) else found


def _bases(draft: Draft, matcher: Matcher) -> list[Patient]:
    """Passing cases in short form, those that state most first, at most two of a kind."""
    kinds: dict[object, int] = {}
    chosen: list[Patient] = []
    for case, patient in sorted(_in_short_form(draft), key=lambda pair: (-len(pair[1].stated), pair[1].case)):
        expect = case.expect
        kind = (case.overlay, expect.outcome, expect.options, str(expect.conclusions))
        if kinds.get(kind, 0) < _BASES_OF_A_KIND and _passes(case, draft, matcher):
            kinds[kind] = kinds.get(kind, 0) + 1
            chosen.append(patient)
    return chosen


def _in_short_form(draft: Draft) -> Iterator[tuple[Case, Patient]]:
    for case in draft.cases():
        file = case.place.file
        if case.facts is None or PurePosixPath(file).name.startswith(GENERATED):
            continue
        compiled = draft.compiled_with(case.overlay)
        patient = base_patient(file, draft.files[file], case.overlay, case.at, compiled)
        if patient is not None:
            yield case, patient


def _passes(case: Case, draft: Draft, matcher: Matcher) -> bool:
    try:
        return run_case(case, draft, matcher).passed
    except PactolusError:
        return False


def _written(found: Generated, draft: Draft, matcher: Matcher, names: set[str]) -> Written:
    patient, compiled, facts = found.patient, found.patient.compiled, found.patient.facts()
    assert facts is not None, "a patient who was found can be stated"
    decision = evaluate(facts, compiled, patient.at, matcher)
    expect = expectation(decision, found.reached, has_options=bool(compiled.pack.options))
    changed = ", ".join(patient.changed) or "nothing"
    remarks = [f"shows: {found.title}", f"base patient: {patient.case}; stated otherwise: {changed}"]
    title = f"Generated: {found.title}"
    content = case_text(title, remarks, patient.at, patient.overlay, patient.stated, expect)
    written = Written(_file(found.rule, found.slug, names), content, found.title)
    _check(written, draft, compiled, matcher)
    return written


def _file(rule: str, slug: str, names: set[str]) -> str:
    """A name that an id may have: the end tells what is shown, so the rule is cut where it is too long."""
    words = "".join(one if one.isalnum() else "-" for one in slug.lower().replace("--", "-minus-"))
    room = _LONGEST - len(GENERATED) - 4
    name = f"{rule[: max(room - len(words) - 1, 0)]}-{words}"[-room:]
    name = "-".join(word for word in name.split("-") if word)
    number = next(count for count in range(1, len(names) + 2) if _numbered(name, count) not in names)
    names.add(_numbered(name, number))
    return f"{GENERATED}{_numbered(name, number)}.yaml"


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _check(written: Written, draft: Draft, compiled: CompiledPack, matcher: Matcher) -> None:
    """A case that does not load or does not pass as written is a defect, and is not handed out."""
    file = f"cases/{written.file}"
    beside = {name: content for name, content in draft.files.items() if not name.endswith(".yaml")}
    beside |= {name: content for name, content in draft.files.items() if name.endswith(".overlay.yaml")}
    (case,) = read_cases({**beside, file: written.content.encode()}, compiled.pack)
    if not run_case(case, draft, matcher).passed:
        raise AssertionError(f"the generated case `{written.file}` does not pass")


def write_cases(cases: Sequence[Written], folder: Path) -> tuple[Path, ...]:
    """Writes the cases that are not there yet and gives their files; what is there stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [(folder / case.file, case.content) for case in cases]
    new = [(file, content) for file, content in files if not file.exists()]
    for file, content in new:
        file.write_text(content, encoding="utf-8")
    return tuple(file for file, _ in new)
