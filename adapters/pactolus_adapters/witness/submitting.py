"""One round by hand: the checkpoint over every record to each witness of a policy, and whether that is enough."""

from collections.abc import Iterator

from pactolus_adapters.tlog.checkpoint import read_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.note import read_note
from pactolus_adapters.tlog.policy import Policy, meets
from pactolus_adapters.witness.client import WitnessClient
from pactolus_adapters.witness.errors import HistoryRefused, LogUnknown, WitnessFailed
from pactolus_adapters.witness.feeding import collect
from pactolus_engine.trail import AuditTrail

__all__ = ["Submission", "check_log"]


class Submission:
    """The checkpoint of a log, signed and to be cosigned."""

    def __init__(self, trail: AuditTrail, policy: Policy) -> None:
        """Raises `LogUnknown` when the policy names logs and not this one, `AddressUnusable`."""
        self._trail = trail
        self._policy = policy
        self._log = NoteVerifier.from_text(trail.verifier_key)
        check_log(policy, self._log)
        self._clients = [WitnessClient(witness) for witness in policy.witnesses]
        self._note = trail.publish()
        self.checkpoint = read_checkpoint(read_note(self._note)[0])

    def ask(self) -> Iterator[str]:
        """Asks one witness after the other; a line on each, as soon as it is known."""
        for client in self._clients:
            try:
                collect(self._trail, self._note, client)
                yield f"witness `{client.witness.name}` cosigned"
            except HistoryRefused as error:
                yield f"ALARM: {error}"
            except WitnessFailed as error:
                yield str(error)

    def is_met(self) -> bool:
        """Whether the checkpoint, with the cosignatures that are kept now, has the quorum of the policy."""
        notes = self._trail.checkpoints(self.checkpoint.size - 1)
        return meets(self._policy, next(iter(notes)), [self._log])


def check_log(policy: Policy, log: NoteVerifier) -> None:
    """Raises `LogUnknown` when the policy names logs and this one is not among them."""
    if policy.logs and log not in [one.key for one in policy.logs]:
        raise LogUnknown(
            f"the policy does not name this log: add the line `log {log.text}`, or no log at all"
        )
