"""`parameters.yaml`: numbers the evidence does not give, and the values in force for them."""

from collections.abc import Mapping as NameMap
from decimal import Decimal

from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Parameter, Place
from pactolus_engine.pack.schema import Fields, read_number
from pactolus_engine.pack.section import Section, read_section
from pactolus_engine.pack.shapes import PARAMETER
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar

__all__ = ["parameters_in_force", "read_parameters"]

_OFF = "off"
"""The default of a parameter that has no value until a site sets one."""


def read_parameters(node: Node | None, issues: Issues) -> Section[Parameter]:
    """Every parameter, by id; the default lies in the allowed range."""

    def read(name: str, body: Mapping, place: Place) -> Parameter | None:
        fields = Fields(body, PARAMETER, issues, place)
        title, unit, set_by = fields.text("title"), fields.text("unit"), fields.id("set-by")
        default, low, high = _default(fields, issues), fields.number("at-least"), fields.number("at-most")
        sign_off = fields.word("sign-off")
        rationale = fields.text("rationale")
        if low is None or high is None:
            return None
        if low > high:
            issues.add(fields.key_place("at-least"), "`at-least` is greater than `at-most`")
        elif default is not None and not low <= default <= high:
            issues.add(fields.key_place("default"), "`default` lies outside `at-least` and `at-most`")
        return Parameter(
            name, title, unit, default, low, high, set_by, rationale, sign_off == "needed", place
        )

    return read_section("parameter", node, issues, read)


def _default(fields: Fields, issues: Issues) -> Decimal | None:
    node = fields.required("default")
    if node is None or (isinstance(node, Scalar) and node.plain and node.text == _OFF):
        return None
    return read_number(node, issues)


def parameters_in_force(parameters: Section[Parameter], chosen: NameMap[str, Decimal]) -> dict[str, Decimal]:
    """The value that a site chose for each parameter, else its default; none when it has neither."""
    values = {name: chosen.get(name, parameter.default) for name, parameter in parameters.items.items()}
    return {name: value for name, value in values.items() if value is not None}
