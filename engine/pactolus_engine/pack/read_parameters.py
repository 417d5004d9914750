"""`parameters.yaml`: numbers the evidence does not give, and the values in force for them."""

from collections.abc import Mapping as NameMap
from decimal import Decimal

from pactolus_engine.pack.exact_number import exact_number
from pactolus_engine.pack.issues import Issues, nearest, quoted
from pactolus_engine.pack.model import Parameter, Place
from pactolus_engine.pack.schema import Fields
from pactolus_engine.pack.section import Section, read_section
from pactolus_engine.pack.yaml_source import Mapping, Node

__all__ = ["parameters_in_force", "read_parameters"]

_KEYS = ("title", "unit", "default", "at-least", "at-most", "set-by", "sign-off", "rationale")


def read_parameters(node: Node | None, issues: Issues) -> Section[Parameter]:
    """Every parameter, by id; the default lies in the allowed range."""

    def read(name: str, body: Mapping, place: Place) -> Parameter | None:
        fields = Fields(body, _KEYS, issues, place)
        title, unit, set_by = fields.text("title"), fields.text("unit"), fields.id("set-by")
        default, low, high = (fields.number(key) for key in ("default", "at-least", "at-most"))
        sign_off = fields.word("sign-off", ("needed", "not-needed"))
        rationale = fields.text("rationale")
        if default is None or low is None or high is None:
            return None
        if low > high:
            issues.add(fields.key_place("at-least"), "`at-least` is greater than `at-most`")
        elif not low <= default <= high:
            issues.add(fields.key_place("default"), "`default` lies outside `at-least` and `at-most`")
        return Parameter(
            name, title, unit, default, low, high, set_by, rationale, sign_off == "needed", place
        )

    return read_section("parameter", node, issues, read)


def parameters_in_force(
    section: Section[Parameter], overrides: NameMap[str, Decimal], issues: Issues
) -> dict[str, Decimal]:
    """The default of each parameter, or the value a site set for it."""
    values = {name: parameter.default for name, parameter in section.items.items()}
    for name, value in overrides.items():
        parameter = section.items.get(name)
        if parameter is not None:
            if _fits(parameter, value, issues):
                values[name] = value
        elif section.readable and name not in section.declared:
            place = Place("parameters.yaml", 1, 1)
            advice = nearest(name, section.declared, issues)
            issues.add(place, f"a value is set for the undefined parameter {quoted(name)}", advice)
    return values


def _fits(parameter: Parameter, value: Decimal, issues: Issues) -> bool:
    if not value.is_finite() or exact_number(str(value)) is None:
        message = f"the value set for `{parameter.id}` is no number that a pack may hold"
    elif not parameter.low <= value <= parameter.high:
        message = f"the value set for `{parameter.id}` lies outside `at-least` and `at-most`"
    else:
        return True
    issues.add(parameter.place, message)
    return False
