"""A client of Pactolus, from end to end: starts a server, sends every example, reads the records back.

    python examples/demo.py [--data FOLDER]

The MRD result of the first is then taken back, and with it what was suggested on it. Without `--data`
the records go into a folder that is removed at the end. Exit code 1: an answer was
not the expected one, or a record did not come back as it was given, or is not proved. Nothing here knows more of
Pactolus than its protobuf contract does.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from proving import root_from, size_and_root
from telling import COLUMNS, Teller, clean, outcome_of, word

from pactolus.v1.audit_service_pb2 import (
    GetDecisionRequest,
    GetInclusionProofRequest,
    GetInclusionProofResponse,
)
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.decision_pb2 import Decision
from pactolus.v1.evaluation_service_pb2 import EvaluateRequest, EvaluateResponse, PackSelector
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub

EVALUATION_TIME = "2026-03-01T09:00:00Z"
_FOLDER = Path(__file__).resolve().parent
_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Example:
    """A file, its story, and the answer that must come out.

    `pack` is empty where the default decides, `conclusions` is None where they are not looked at.
    `withdraws`: only the MRD result of the file is sent, now entered in error; `replacement` is then
    the outcome that takes the place of what was said before.
    """

    file: str
    story: str
    outcome: str
    options: tuple[str, ...] = ()
    pack: str = ""
    conclusions: tuple[str, ...] | None = None
    withdraws: bool = False
    replacement: str = "none"

    @property
    def name(self) -> str:
        """The file, and what was done to it."""
        return f"{self.file}, MRD withdrawn" if self.withdraws else self.file


_NEGATIVE = ("asct-isa-krd-x2", "isa-krd-x6")
_POSITIVE = ("asct-isa-krd-x2", "tandem-asct")

EXAMPLES = (
    Example(
        "negative-ngs.json",
        "3 clonal cells per million by sequencing: below 1e-5. Everything else is known.",
        "OFFER",
        _NEGATIVE,
    ),
    Example("positive-flow.json", "0.0034 % by flow cytometry: above 1e-5.", "OFFER", _POSITIVE),
    Example(
        "exactly-1e-5-per-million.json",
        "10 per million: exactly the threshold, which belongs to positive. In binary fractions "
        "10 times 1e-6 comes out below 1e-5, and this patient would be called negative.",
        "OFFER",
        _POSITIVE,
    ),
    Example("exactly-1e-5-percent.json", "The same patient, written as 0.001 %.", "OFFER", _POSITIVE),
    Example("exactly-1e-5-fraction.json", "The same patient, written as 0.00001.", "OFFER", _POSITIVE),
    Example(
        "below-0.01-percent.json",
        "The laboratory says < 0.01 %: the truth may lie on either side of 1e-5.",
        "NEED_DATA",
    ),
    Example("lone-observation.json", "One MRD Observation and nothing else.", "NEED_DATA"),
    Example("preliminary.json", "The MRD result is preliminary.", "HOLD"),
    Example(
        "dara-vrd-induction.json",
        "Induction with daratumumab, bortezomib, lenalidomide and dexamethasone: not the trial's.",
        "OUT_OF_SCOPE",
    ),
    Example(
        "endpoint-reached.json",
        "Asked after consolidation: nothing detected by sequencing down to 4e-7, below the trial's endpoint of 1e-6.",
        "CONCLUDED",
        pack="midas-endpoint",
        conclusions=("endpoint = reached",),
    ),
    Example(
        "endpoint-flow-cannot-tell.json",
        "The same question, answered by flow cytometry: 20 events among 10 million cells are 2e-6, "
        "so that nothing detected says nothing about 1e-6.",
        "NEED_DATA",
        pack="midas-endpoint",
        conclusions=(),
    ),
    Example(
        "negative-ngs.json",
        "The laboratory takes the first patient's MRD result back: it was entered in error. Only this "
        "Observation is sent; the rest is known from the record.",
        "RETRACT",
        withdraws=True,
        replacement="NEED_DATA",
    ),
)

_MRD_CODE = "mrd-ngs"
_WITHDRAWN_AT = "2026-02-27T08:00:00+01:00"

# --- a server of our own ----------------------------------------------------------------------


@contextmanager
def running_server(data: Path) -> Iterator[str]:
    """Starts `pactolus serve` on a free port, gives its address, ends it with SIGTERM."""
    command = Path(sys.executable).with_name("pactolus")
    rules = _FOLDER.parent / "rules"
    mine = {name: text for name, text in os.environ.items() if not name.startswith("PACTOLUS_")}
    server = subprocess.Popen(
        [command, "serve", "--port", "0", "--data", data, "--rules", rules],
        env=mine,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    with server, server.stdout as output:
        try:
            announced = output.readline()
            found = re.search(r"serves on (\S+:\d+);", announced)
            if found is None:
                raise SystemExit("the server did not start; what it says stands above")
            print(clean(announced))
            yield found[1]
        finally:
            server.terminate()
            print(clean(output.read()))


# --- what is asked, and what is checked ---------------------------------------------------------


def withdrawn_result(bundle: bytes) -> bytes:
    """The MRD result of a Bundle in its next version, entered in error."""
    resources = [entry["resource"] for entry in json.loads(bundle)["entry"]]
    result = next(
        each
        for each in resources
        if each["resourceType"] == "Observation" and each["code"]["coding"][0]["code"] == _MRD_CODE
    )
    result["status"] = "entered-in-error"
    version = str(int(result["meta"]["versionId"]) + 1)
    result["meta"] = {"versionId": version, "lastUpdated": _WITHDRAWN_AT}
    return json.dumps(result).encode()


def request_for(example: Example, run: str) -> EvaluateRequest:
    """The request that an EHR would send: a Bundle as such, anything else as a resource."""
    content = (_FOLDER / example.file).read_bytes()
    content = withdrawn_result(content) if example.withdraws else content
    is_bundle = json.loads(content)["resourceType"] == "Bundle"
    request = EvaluateRequest(
        request_id=f"demo-{run}-{EXAMPLES.index(example)}", pack=PackSelector(id=example.pack)
    )
    request.evaluation_time.FromJsonString(EVALUATION_TIME)
    if is_bundle:
        request.bundle_json = content
    else:
        request.resources_json.append(content)
    return request


def findings(decision: Decision) -> str:
    """The conclusions in a line."""
    return ", ".join(f"{each.id} = {each.value}" for each in decision.conclusions)


def differences(example: Example, decision: Decision) -> list[str]:
    """What came out otherwise than expected, in words."""
    options = sorted(option.id for option in decision.options)
    pairs = [
        ("outcome", example.outcome, outcome_of(decision)),
        ("options", ", ".join(example.options) or "none", ", ".join(options) or "none"),
    ]
    replacement = outcome_of(decision.replacement) if decision.HasField("replacement") else "none"
    pairs.append(("replacement", example.replacement, replacement))
    if example.conclusions is not None:
        pairs.append(("conclusions", ", ".join(example.conclusions) or "none", findings(decision) or "none"))
    return [f"{example.name}: {name} {got}, expected {want}" for name, want, got in pairs if got != want]


def not_as_given(given: EvaluateResponse, read: EvaluateResponse) -> list[str]:
    """The parts of an answer that did not come back to the byte."""
    parts: dict[str, Callable[[EvaluateResponse], bytes]] = {
        "decision": lambda answer: answer.decision.SerializeToString(deterministic=True),
        "bundle_json": lambda answer: answer.bundle_json,
        "receipt": lambda answer: answer.receipt.SerializeToString(deterministic=True),
    }
    return [name for name, part in parts.items() if part(given) != part(read)]


def recomputed_id(decision: Decision) -> str:
    """The id of a decision out of its content: SHA-256 of its canonical JSON (RFC 8785) without the id."""
    content = canonical_content(decision)
    content["decision_id"] = ""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def canonical_content(decision: Decision) -> dict[str, Any]:
    """A decision with the names and forms that its id is made of; so is the one that replaces an earlier."""
    content: dict[str, Any] = MessageToDict(
        decision, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    if decision.HasField("replacement"):
        content["replacement"] = canonical_content(decision.replacement)
    trace = content.get("trace", {})
    for holder, name in ((content, "retracted"), (trace, "taken_from_earlier"), (trace, "rules_off")):
        if not holder.get(name, True):  # fields of later versions count only when they say something
            del holder[name]
    content["outcome"] = word(content["outcome"])
    content["evaluation_time"] = (
        decision.evaluation_time.ToDatetime().isoformat(timespec="milliseconds") + "Z"
    )
    content["minimal_missing_sets"] = [one["facts"] for one in content["minimal_missing_sets"]]
    for possible in content["possible_outcomes"]:
        possible["outcome"] = word(possible["outcome"])
    return content


# --- the whole way --------------------------------------------------------------------------------


def ask_all(evaluation: EvaluationServiceStub) -> list[EvaluateResponse]:
    """Sends every example and tells its answer; then sends the first again and adds what came."""
    teller, run = Teller(), token_hex(4)
    answers = []
    for number, example in enumerate(EXAMPLES, start=1):
        answer = evaluation.Evaluate(request_for(example, run), timeout=_TIMEOUT)
        teller.tell(f"{number} of {len(EXAMPLES)}  {example.name}", example.story, answer)
        answers.append(answer)
    again = evaluation.Evaluate(request_for(EXAMPLES[0], run), timeout=_TIMEOUT)
    return [*answers, again]


def read_back(audit: AuditServiceStub, answers: Sequence[EvaluateResponse]) -> list[EvaluateResponse]:
    """The records that the receipts of these answers name."""
    asked = [GetDecisionRequest(index=answer.receipt.index) for answer in answers]
    return [audit.GetDecision(request, timeout=_TIMEOUT).response for request in asked]


def proofs_of(
    audit: AuditServiceStub, answers: Sequence[EvaluateResponse]
) -> list[GetInclusionProofResponse]:
    """The proof that each record stands in the tree of a signed checkpoint."""
    asked = [GetInclusionProofRequest(index=answer.receipt.index) for answer in answers]
    return [audit.GetInclusionProof(request, timeout=_TIMEOUT) for request in asked]


def is_proved(answer: EvaluateResponse, proof: GetInclusionProofResponse) -> bool:
    """Whether the hashes lead from the leaf of the receipt to the root of the checkpoint."""
    size, root = size_and_root(proof.checkpoint_note)
    receipt = answer.receipt
    return root_from(receipt.leaf_hash, receipt.index, size, proof.hashes) == root


def checks(
    answers: Sequence[EvaluateResponse],
    records: Sequence[EvaluateResponse],
    again: EvaluateResponse,
    proofs: Sequence[GetInclusionProofResponse],
) -> dict[str, list[list[str]]]:
    """What is to hold of every answer, and for each answer what does not."""
    ids = [recomputed_id(record.decision) for record in records]
    return {
        "answered as expected": [
            differences(example, answer.decision) for example, answer in zip(EXAMPLES, answers, strict=True)
        ],
        "records read back and matched: decision, Bundle and receipt, byte for byte": [
            [f"`{part}` of record {answer.receipt.index} differs" for part in not_as_given(answer, record)]
            for answer, record in zip(answers, records, strict=True)
        ],
        "decision ids recomputed from the content of the record": [
            [] if own == answer.decision.decision_id else [f"id of record {answer.receipt.index} differs"]
            for own, answer in zip(ids, answers, strict=True)
        ],
        "records proved to stand in the tree of the log": [
            [] if is_proved(answer, proof) else [f"record {answer.receipt.index} is not proved"]
            for answer, proof in zip(answers, proofs, strict=True)
        ],
        "requests sent again: the same answer, no second record": [
            [
                f"`{part}` differs when the same request is sent again"
                for part in not_as_given(answers[0], again)
            ]
        ],
    }


def tell_summary(answers: Sequence[EvaluateResponse], found: dict[str, list[list[str]]]) -> None:
    """A line for each example, a line for each check, and whatever is wrong."""
    print(f"\n{'=' * COLUMNS}\nSummary\n\n  {'record':<8}{'example':<34}{'outcome':<14}options")
    for example, answer in zip(EXAMPLES, answers, strict=True):
        decision = answer.decision
        options = ", ".join(option.id for option in decision.options) or "none"
        if outcome_of(decision) == "CONCLUDED":
            options = findings(decision)
        if decision.retracted:
            records = ", ".join(str(one.index) for one in decision.retracted)
            options = f"takes back record {records}; now {outcome_of(decision.replacement)}"
        print(f"  {answer.receipt.index:<8}{example.name:<34}{outcome_of(decision):<14}{clean(options)}")
    print()
    for holds, faults in found.items():
        print(f"  {sum(not fault for fault in faults)} of {len(faults)} {holds}")
    for fault in (line for faults in found.values() for each in faults for line in each):
        print(f"  WRONG: {clean(fault)}")


def send_and_check(channel: grpc.Channel) -> int:
    """Everything that the demo does with a server; returns the exit code."""
    try:
        *answers, again = ask_all(EvaluationServiceStub(channel))
        records = read_back(AuditServiceStub(channel), answers)
        proofs = proofs_of(AuditServiceStub(channel), answers)
    except grpc.RpcError as error:
        print(f"\nWRONG: the server refused with {error.code().name}: {clean(error.details() or '')}\n")
        return 1
    found = checks(answers, records, again, proofs)
    tell_summary(answers, found)
    print()
    return 1 if any(fault for faults in found.values() for fault in faults) else 0


def main() -> int:
    """The demo; returns its exit code."""
    parser = argparse.ArgumentParser(description="Send every example to a server and read the records back.")
    parser.add_argument("--data", type=Path, help="keep the records in this folder, new or empty")
    chosen: Path | None = parser.parse_args().data
    if chosen and chosen.exists() and any(chosen.iterdir()):  # what an earlier run withdrew stays so
        raise SystemExit("--data is expected to name a folder that is new or empty")
    untold = {path.name for path in _FOLDER.glob("*.json")} ^ {example.file for example in EXAMPLES}
    if untold:
        raise SystemExit(f"examples without a file, or files without a story: {', '.join(sorted(untold))}")
    with (
        tempfile.TemporaryDirectory(prefix="pactolus-demo-") as temporary,
        running_server(chosen or Path(temporary)) as address,
        grpc.insecure_channel(address) as channel,
    ):
        return send_and_check(channel)


if __name__ == "__main__":
    sys.exit(main())
