"""The errors of the log's formats, one class per remedy.

TlogInvalid
├── TlogUnreadable      whoever sent the file sends it again; it does not have the form of its format
├── VerifierKeyInvalid  the text of a public key is mended, or another one is trusted
├── SignatureInvalid    nobody trusted has signed this, or a trusted key's signature does not fit it
├── PolicyInvalid       the policy file is mended where it says
└── NotProved           the signed root does not cover what it was said to cover

The standing-alone verifier (`verify.py`) has an error of its own, which `proof_file` translates.
"""

from collections.abc import Iterable

from pactolus_engine.errors import Issue, PactolusError

__all__ = [
    "NotProved",
    "PolicyInvalid",
    "SignatureInvalid",
    "TlogInvalid",
    "TlogUnreadable",
    "VerifierKeyInvalid",
]


class TlogInvalid(PactolusError):
    """Base of what can be wrong with a file of a transparency log."""


class TlogUnreadable(TlogInvalid):
    """Bytes, or the parts of a file to be written, do not have the form that the format demands."""


class VerifierKeyInvalid(TlogInvalid):
    """The text of a public key cannot be used to trust anybody."""


class SignatureInvalid(TlogInvalid):
    """No trusted key has signed the note, or the signature of a trusted key does not fit it."""


class PolicyInvalid(TlogInvalid):
    """A policy file is refused whole; holds every issue that was found, sorted by place."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(sorted(set(issues)))
        lines = "\n".join(f"  {issue}" for issue in self.issues)
        noun = "issue" if len(self.issues) == 1 else "issues"
        super().__init__(f"the policy is refused: {len(self.issues)} {noun}\n{lines}")


class NotProved(TlogInvalid):
    """The proof does not lead from the entry to the root that was signed."""
