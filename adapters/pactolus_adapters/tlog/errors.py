"""The errors of the log's formats, one class per remedy.

TlogInvalid
├── TlogUnreadable      whoever sent the file sends it again; it does not have the form of its format
├── VerifierKeyInvalid  the text of a public key is mended, or another one is trusted
├── SignatureInvalid    nobody trusted has signed this, or a trusted key's signature does not fit it
└── NotProved           the signed root does not cover what it was said to cover

The standing-alone verifier (`verify.py`) has an error of its own, which `proof_file` translates.
"""

from pactolus_engine.errors import PactolusError

__all__ = ["NotProved", "SignatureInvalid", "TlogInvalid", "TlogUnreadable", "VerifierKeyInvalid"]


class TlogInvalid(PactolusError):
    """Base of what can be wrong with a file of a transparency log."""


class TlogUnreadable(TlogInvalid):
    """Bytes, or the parts of a file to be written, do not have the form that the format demands."""


class VerifierKeyInvalid(TlogInvalid):
    """The text of a public key cannot be used to trust anybody."""


class SignatureInvalid(TlogInvalid):
    """No trusted key has signed the note, or the signature of a trusted key does not fit it."""


class NotProved(TlogInvalid):
    """The proof does not lead from the entry to the root that was signed."""
