"""Says whether a resource was withdrawn, and how far a Condition was verified."""

from pactolus_adapters.fhir.resource import Resource, objects, text

__all__ = ["is_withdrawn", "verification", "withdrawal"]

_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def verification(resource: Resource) -> set[str]:
    """The verification codes of a Condition."""
    codings = objects(resource.body.get("verificationStatus"), "coding")
    return {text(one, "code") for one in codings if text(one, "system") == _VERIFICATION}


def is_withdrawn(resource: Resource) -> bool:
    """Whether the resource says that it should never have been recorded, or came to nothing."""
    return bool(withdrawal(resource))


def withdrawal(resource: Resource) -> str:
    """`entered-in-error`, `cancelled` (an Observation only), or empty for a resource that stands."""
    if resource.type == "Condition":
        return "entered-in-error" if "entered-in-error" in verification(resource) else ""
    withdrawn = {"entered-in-error"} | ({"cancelled"} if resource.type == "Observation" else set())
    return resource.status if resource.status in withdrawn else ""
