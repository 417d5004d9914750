"""The addresses of what Pactolus itself defines: beside the site's code systems, under one base.

A CarePlan names the pack that made it by such an address, and the export of the pack carries it.
"""

__all__ = ["canonical"]

_CODE_SYSTEMS = "CodeSystem/"


def canonical(local_base: str, kind: str, name: str) -> str:
    """The address of a resource of this kind; `local_base` is that of the site's code systems."""
    base = local_base if local_base.endswith("/") else f"{local_base}/"
    return f"{base.removesuffix(_CODE_SYSTEMS)}{kind}/{name}"
