"""A rule pack of the shelf as the messages of `RulePackService`. Numbers are exact decimal texts."""

from decimal import Decimal

from pactolus.v1.rule_pack_service_pb2 import (
    GetRulePackResponse,
    RulePackFact,
    RulePackOption,
    RulePackOverlay,
    RulePackParameter,
    RulePackRule,
    RulePackSiteCode,
    RulePackSummary,
)
from pactolus_adapters.grpcapi.convert_decision import evidence_message, pack_message
from pactolus_engine.decision import PackIdentity
from pactolus_engine.pack.model import Fact, Option, Pack, Parameter, Rule, RuleOff
from pactolus_engine.pack.overlay import Overlay
from pactolus_engine.pack.sign_off import SignOff, overlay_sign_off, pack_sign_off
from pactolus_engine.unsigned import approver

__all__ = ["pack_details", "pack_summary"]


def pack_summary(pack: Pack, active: bool) -> RulePackSummary:
    """The pack in short; `active`: this version decides when a request names none."""
    return RulePackSummary(
        pack=pack_message(PackIdentity(pack.id, pack.version, pack.digest)),
        title=pack.title,
        active=active,
        evidence_as_of=pack.evidence_as_of.isoformat(),
        review_by=pack.review_by.isoformat(),
        approved_by=_approvers(pack_sign_off(pack)),
    )


def pack_details(pack: Pack, active: bool) -> GetRulePackResponse:
    """Everything that a reader needs to judge the pack, each list sorted by id."""
    rules: dict[str, Rule | RuleOff] = {**pack.rules, **pack.rules_off}
    return GetRulePackResponse(
        summary=pack_summary(pack, active),
        description=pack.description,
        language=pack.language,
        facts=[_fact(fact) for _, fact in sorted(pack.facts.items())],
        parameters=[_parameter(pack, each) for _, each in sorted(pack.parameters.items())],
        options=[_option(option) for _, option in sorted(pack.options.items())],
        rules=[_rule(rule) for _, rule in sorted(rules.items())],
        evidence=[evidence_message(each) for _, each in sorted(pack.evidence.items())],
        overlay=_overlay(pack, pack.overlay) if pack.overlay else None,
    )


def _overlay(pack: Pack, overlay: Overlay) -> RulePackOverlay:
    codes = [
        RulePackSiteCode(code_set=one.code_set, system=one.system, code=one.code, display=one.display)
        for one in overlay.codes
    ]
    approved_by = _approvers(overlay_sign_off(pack))
    return RulePackOverlay(title=overlay.title, approved_by=approved_by, codes=codes)


def _approvers(found: SignOff) -> str:
    """Those whose approval fits what is there now; an approval that has lapsed is none."""
    return ", ".join(map(approver, found.standing))


def _fact(fact: Fact) -> RulePackFact:
    return RulePackFact(
        id=fact.id,
        title=fact.title,
        type=fact.type.value,
        unit=fact.unit,
        absence=fact.absence.value,
        assumed_value=fact.assumed_value,
        supply=fact.supply,
        derived_from=fact.derivation.inputs if fact.derivation else (),
    )


def _parameter(pack: Pack, parameter: Parameter) -> RulePackParameter:
    chosen = pack.overlay.parameters.get(parameter.id) if pack.overlay else None
    return RulePackParameter(
        id=parameter.id,
        title=parameter.title,
        unit=parameter.unit,
        value=_number(pack.parameter_values.get(parameter.id)),
        default_value=_number(parameter.default),
        at_least=str(parameter.low),
        at_most=str(parameter.high),
        set_by=parameter.set_by,
        rationale=parameter.rationale,
        needs_sign_off=parameter.needs_sign_off,
        site_rationale=chosen.rationale if chosen else "",
    )


def _number(value: Decimal | None) -> str:
    return "" if value is None else str(value)


def _option(option: Option) -> RulePackOption:
    return RulePackOption(
        id=option.id, title=option.title, description=option.description, evidence=option.evidence
    )


def _rule(rule: Rule | RuleOff) -> RulePackRule:
    return RulePackRule(
        id=rule.id,
        title=rule.title,
        text=rule.text,
        effect=rule.effect.value,
        target=rule.target,
        value=rule.value,
        evidence=rule.evidence,
        rationale=rule.rationale,
        off_for_want_of=rule.parameters if isinstance(rule, RuleOff) else (),
    )
