"""The versions of what takes part in a decision, which are recorded with every answer."""

from importlib.metadata import version

__all__ = ["software_versions"]

_RECORDED = ("pactolus", "durable-rules", "fhir.resources", "protobuf", "ruamel.yaml")


def software_versions() -> dict[str, str]:
    """Name of a distribution → its version as installed."""
    return {name: version(name) for name in _RECORDED}
