"""Everything that Pactolus can answer, as the Bundles it answers with, and the other FHIR it writes.

Every case of every pack and every example takes the real way: reader, both engines, writer. Beside them
stands one decision built by hand for each outcome that exists, so that an outcome which no case reaches
is written too, and one whose texts are hostile. The same tree always gives the same bytes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pactolus_adapters.authoring.earlier_case import answered_after
from pactolus_adapters.fhir.compose import NotCarried, compose_bundle, groups_of
from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.export import exported_bundle
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.fhir.write import write
from pactolus_adapters.packs.folder import read_pack_files
from pactolus_adapters.settings import Settings
from pactolus_adapters.trail.export_request import Wanted
from pactolus_engine.cases import Case, read_cases
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.read import read_pack
from tests.conformance.numbers import stated
from tests.support.audit_exports import a_full_log, exporter
from tests.support.decisions import a_decision, a_pack, some_facts
from tests.support.examples import EXAMPLES, ROOT
from tests.support.small_packs import INSTANT, InProcess

__all__ = [
    "HOSTILE",
    "Output",
    "examples",
    "from_cases",
    "from_examples",
    "from_exports",
    "from_log",
    "from_outcomes",
    "from_witnesses",
    "outputs",
    "packs",
    "read_with_first_pack",
]

HOSTILE = '<script>alert("x")</script>&\'"\u202e'
_SETTINGS = Settings()
_ENVELOPE = Envelope(request_id="r-1", client="ehr", tenant="clinic")


@dataclass(frozen=True, slots=True)
class Output:
    """One Bundle with the name of what it answers; `outcome` is that of its decision, None where there is none.

    `stated`: the text of every decimal that the facts and the pack hold.
    """

    name: str
    outcome: Outcome | None
    bundle: bytes
    stated: frozenset[str]


def outputs() -> Iterator[Output]:
    """All of them; no two have the same name."""
    yield from from_outcomes()
    yield from from_examples()
    yield from from_cases()
    yield from from_exports()
    yield from from_witnesses()
    yield from from_log()


def packs() -> list[str]:
    """The names of the packs."""
    folders = (ROOT / "rules").iterdir()
    return sorted(path.name for path in folders if path.is_dir() and path.name[0] not in "._")


def examples() -> list[Path]:
    """The example requests."""
    return sorted(EXAMPLES.glob("*.json"))


def from_outcomes() -> Iterator[Output]:
    """A decision of every outcome that exists, in plain and in hostile words, with and without a sender."""
    for outcome in Outcome:
        plain, hostile = a_decision(outcome), a_decision(outcome, patient=HOSTILE, shown=HOSTILE)
        yield _by_hand(f"outcome/{outcome.value}", plain, _ENVELOPE)
        yield _by_hand(f"outcome/{outcome.value}-unsaid", plain, Envelope())
        yield _by_hand(f"outcome/{outcome.value}-hostile", hostile, _ENVELOPE)


def from_examples() -> Iterator[Output]:
    """Every example through every pack."""
    for name in packs():
        compiled, _ = _loaded(name)
        matcher = InProcess()
        for path in examples():
            facts = _read(path.read_bytes(), compiled)
            decision = evaluate(facts, compiled, INSTANT, matcher)
            yield _written(f"example/{name}/{path.stem}", decision, compiled, facts)


def from_cases() -> Iterator[Output]:
    """Every case of every pack that comes to an answer, with its overlay and what was sent before it."""
    for name in packs():
        compiled, files = _loaded(name)
        matcher = InProcess()
        for case in read_cases(files, compiled.pack):
            if not case.expect.refused:
                own, _ = _loaded(name, case.overlay) if case.overlay else (compiled, files)
                stem = case.place.file.removeprefix("cases/").removesuffix(".yaml")
                yield _answered(f"case/{name}/{stem}", case, files, own, matcher)


def from_exports() -> Iterator[Output]:
    """Every pack as FHIR knowledge artifacts."""
    for name in packs():
        compiled, files = _loaded(name)
        bundle = exported_bundle(compiled.pack, files, local_base=_SETTINGS.code_systems)
        yield Output(f"export/{name}", None, bundle, frozenset())


def from_witnesses() -> Iterator[Output]:
    """Every tenth case in short form as a synthetic patient in FHIR."""
    for name in packs():
        compiled, files = _loaded(name)
        known = [case for case in read_cases(files, compiled.pack) if case.facts is not None]
        for case in known[::10]:
            assert case.facts is not None
            groups = groups_of(case.facts)
            try:
                bundle = compose_bundle(compiled.pack, groups, local_base=_SETTINGS.code_systems)
            except NotCarried:
                continue
            stem = case.place.file.removeprefix("cases/").removesuffix(".yaml")
            yield Output(f"witness/{name}/{stem}", None, bundle, stated(groups))


def from_log() -> Iterator[Output]:
    """A log with every kind of record and every example, as exported with and without patient data."""
    compiled, _ = _loaded(_SETTINGS.pack)
    matcher = InProcess()
    read_ = (_read(path.read_bytes(), compiled) for path in examples())
    log = a_full_log(*(evaluate(facts, compiled, INSTANT, matcher) for facts in read_))
    for kind, with_patient_data in (("plain", True), ("public", False)):
        wanted = Wanted("fhir", with_patient_data=with_patient_data)
        resources = [json.loads(line) for line in exporter(log).lines(wanted)]
        entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        yield Output(f"log/{kind}", None, json.dumps(bundle).encode(), frozenset())


def _answered(
    name: str, case: Case, files: dict[str, bytes], compiled: CompiledPack, matcher: InProcess
) -> Output:
    facts = _told(case, files, compiled)
    if not case.earlier:
        return _written(name, evaluate(facts, compiled, case.at, matcher), compiled, facts)
    answer = answered_after(case, files, compiled, matcher)
    before = [_read(files[file], compiled) for file in case.earlier]
    return Output(name, answer.decision.outcome, answer.bundle, stated(facts, *before, compiled.pack))


def _loaded(name: str, overlay: str = "") -> tuple[CompiledPack, dict[str, bytes]]:
    files = dict(read_pack_files(ROOT / "rules" / name))
    pack = read_pack(name, files, overlay=(overlay, files[overlay]) if overlay else None)
    return compile_pack(pack), files


def read_with_first_pack(content: bytes) -> FactSet:
    """A request read for the first of the packs; raises `InputInvalid`."""
    compiled, _ = _loaded(packs()[0])
    return _read(content, compiled)


def _told(case: Case, files: dict[str, bytes], compiled: CompiledPack) -> FactSet:
    return _read(files[case.resources], compiled) if case.facts is None else case.facts


def _read(content: bytes, compiled: CompiledPack) -> FactSet:
    limits = Limits(_SETTINGS.resource_bytes, _SETTINGS.request_bytes)
    return read((content,), b"", "", compiled.pack, local_base=_SETTINGS.code_systems, limits=limits)


def _written(name: str, decision: Decision, compiled: CompiledPack, facts: FactSet) -> Output:
    bundle = write(
        decision,
        compiled.pack,
        facts,
        _ENVELOPE,
        local_base=_SETTINGS.code_systems,
        engine_version="0.1.0",
    )
    return Output(name, decision.outcome, bundle, stated(facts, compiled.pack))


def _by_hand(name: str, decision: Decision, envelope: Envelope) -> Output:
    pack, facts, base = a_pack(), some_facts(decision.patient), _SETTINGS.code_systems
    bundle = write(decision, pack, facts, envelope, local_base=base, engine_version="0.1.0")
    return Output(name, decision.outcome, bundle, stated(facts, pack))
