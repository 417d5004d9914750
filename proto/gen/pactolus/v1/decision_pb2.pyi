import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_OFFER: _ClassVar[Outcome]
    OUTCOME_NEED_DATA: _ClassVar[Outcome]
    OUTCOME_HOLD: _ClassVar[Outcome]
    OUTCOME_OUT_OF_SCOPE: _ClassVar[Outcome]
    OUTCOME_CONFLICT: _ClassVar[Outcome]
    OUTCOME_CONCLUDED: _ClassVar[Outcome]
    OUTCOME_RETRACT: _ClassVar[Outcome]
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_OFFER: Outcome
OUTCOME_NEED_DATA: Outcome
OUTCOME_HOLD: Outcome
OUTCOME_OUT_OF_SCOPE: Outcome
OUTCOME_CONFLICT: Outcome
OUTCOME_CONCLUDED: Outcome
OUTCOME_RETRACT: Outcome

class Decision(_message.Message):
    __slots__ = ("decision_id", "outcome", "options", "conclusions", "reasons", "missing", "minimal_missing_sets", "possible_outcomes", "possible_outcomes_complete", "assumptions", "caveats", "blocked_options", "retracted", "replacement", "trace", "pack", "patient", "evaluation_time")
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    CONCLUSIONS_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    MINIMAL_MISSING_SETS_FIELD_NUMBER: _ClassVar[int]
    POSSIBLE_OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    POSSIBLE_OUTCOMES_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    ASSUMPTIONS_FIELD_NUMBER: _ClassVar[int]
    CAVEATS_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    RETRACTED_FIELD_NUMBER: _ClassVar[int]
    REPLACEMENT_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_TIME_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    outcome: Outcome
    options: _containers.RepeatedCompositeFieldContainer[Option]
    conclusions: _containers.RepeatedCompositeFieldContainer[Conclusion]
    reasons: _containers.RepeatedCompositeFieldContainer[Reason]
    missing: _containers.RepeatedCompositeFieldContainer[MissingFact]
    minimal_missing_sets: _containers.RepeatedCompositeFieldContainer[MissingSet]
    possible_outcomes: _containers.RepeatedCompositeFieldContainer[PossibleOutcome]
    possible_outcomes_complete: bool
    assumptions: _containers.RepeatedCompositeFieldContainer[Assumption]
    caveats: _containers.RepeatedCompositeFieldContainer[Caveat]
    blocked_options: _containers.RepeatedCompositeFieldContainer[BlockedOption]
    retracted: _containers.RepeatedCompositeFieldContainer[Retraction]
    replacement: Decision
    trace: Trace
    pack: PackIdentity
    patient: str
    evaluation_time: _timestamp_pb2.Timestamp
    def __init__(self, decision_id: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., options: _Optional[_Iterable[_Union[Option, _Mapping]]] = ..., conclusions: _Optional[_Iterable[_Union[Conclusion, _Mapping]]] = ..., reasons: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[MissingFact, _Mapping]]] = ..., minimal_missing_sets: _Optional[_Iterable[_Union[MissingSet, _Mapping]]] = ..., possible_outcomes: _Optional[_Iterable[_Union[PossibleOutcome, _Mapping]]] = ..., possible_outcomes_complete: _Optional[bool] = ..., assumptions: _Optional[_Iterable[_Union[Assumption, _Mapping]]] = ..., caveats: _Optional[_Iterable[_Union[Caveat, _Mapping]]] = ..., blocked_options: _Optional[_Iterable[_Union[BlockedOption, _Mapping]]] = ..., retracted: _Optional[_Iterable[_Union[Retraction, _Mapping]]] = ..., replacement: _Optional[_Union[Decision, _Mapping]] = ..., trace: _Optional[_Union[Trace, _Mapping]] = ..., pack: _Optional[_Union[PackIdentity, _Mapping]] = ..., patient: _Optional[str] = ..., evaluation_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PackIdentity(_message.Message):
    __slots__ = ("id", "version", "digest")
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    id: str
    version: str
    digest: str
    def __init__(self, id: _Optional[str] = ..., version: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("id", "citation", "statement", "doi", "url")
    ID_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    DOI_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    id: str
    citation: str
    statement: str
    doi: str
    url: str
    def __init__(self, id: _Optional[str] = ..., citation: _Optional[str] = ..., statement: _Optional[str] = ..., doi: _Optional[str] = ..., url: _Optional[str] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ("reference", "path", "version")
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    reference: str
    path: str
    version: str
    def __init__(self, reference: _Optional[str] = ..., path: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class Caveat(_message.Message):
    __slots__ = ("rule", "text", "evidence")
    RULE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    text: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, rule: _Optional[str] = ..., text: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class Option(_message.Message):
    __slots__ = ("id", "title", "description", "caveats", "evidence")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CAVEATS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    description: str
    caveats: _containers.RepeatedCompositeFieldContainer[Caveat]
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., caveats: _Optional[_Iterable[_Union[Caveat, _Mapping]]] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class BlockedOption(_message.Message):
    __slots__ = ("option", "rule", "text")
    OPTION_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    option: str
    rule: str
    text: str
    def __init__(self, option: _Optional[str] = ..., rule: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Conclusion(_message.Message):
    __slots__ = ("id", "value", "title", "evidence")
    ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    id: str
    value: str
    title: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, id: _Optional[str] = ..., value: _Optional[str] = ..., title: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class FactUsed(_message.Message):
    __slots__ = ("fact", "title", "shown", "sources")
    FACT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    fact: str
    title: str
    shown: str
    sources: _containers.RepeatedCompositeFieldContainer[Source]
    def __init__(self, fact: _Optional[str] = ..., title: _Optional[str] = ..., shown: _Optional[str] = ..., sources: _Optional[_Iterable[_Union[Source, _Mapping]]] = ...) -> None: ...

class Reason(_message.Message):
    __slots__ = ("rule", "effect", "truth", "title", "text", "evidence", "facts")
    RULE_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    rule: str
    effect: str
    truth: str
    title: str
    text: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    facts: _containers.RepeatedCompositeFieldContainer[FactUsed]
    def __init__(self, rule: _Optional[str] = ..., effect: _Optional[str] = ..., truth: _Optional[str] = ..., title: _Optional[str] = ..., text: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., facts: _Optional[_Iterable[_Union[FactUsed, _Mapping]]] = ...) -> None: ...

class MissingFact(_message.Message):
    __slots__ = ("fact", "title", "reason", "supply")
    FACT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUPPLY_FIELD_NUMBER: _ClassVar[int]
    fact: str
    title: str
    reason: str
    supply: str
    def __init__(self, fact: _Optional[str] = ..., title: _Optional[str] = ..., reason: _Optional[str] = ..., supply: _Optional[str] = ...) -> None: ...

class MissingSet(_message.Message):
    __slots__ = ("facts",)
    FACTS_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, facts: _Optional[_Iterable[str]] = ...) -> None: ...

class PossibleOutcome(_message.Message):
    __slots__ = ("outcome", "options")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    options: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, outcome: _Optional[_Union[Outcome, str]] = ..., options: _Optional[_Iterable[str]] = ...) -> None: ...

class Assumption(_message.Message):
    __slots__ = ("fact", "value", "text")
    FACT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    fact: str
    value: str
    text: str
    def __init__(self, fact: _Optional[str] = ..., value: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Retraction(_message.Message):
    __slots__ = ("decision_id", "care_plan_id", "new_status", "cause", "index")
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    CARE_PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    NEW_STATUS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    care_plan_id: str
    new_status: str
    cause: str
    index: int
    def __init__(self, decision_id: _Optional[str] = ..., care_plan_id: _Optional[str] = ..., new_status: _Optional[str] = ..., cause: _Optional[str] = ..., index: _Optional[int] = ...) -> None: ...

class Trace(_message.Message):
    __slots__ = ("rules", "facts", "passed_over", "rules_off", "taken_from_earlier")
    RULES_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    PASSED_OVER_FIELD_NUMBER: _ClassVar[int]
    RULES_OFF_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FROM_EARLIER_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[RuleTrace]
    facts: _containers.RepeatedCompositeFieldContainer[FactTrace]
    passed_over: _containers.RepeatedCompositeFieldContainer[PassedOver]
    rules_off: _containers.RepeatedCompositeFieldContainer[RuleOffTrace]
    taken_from_earlier: _containers.RepeatedCompositeFieldContainer[TakenResource]
    def __init__(self, rules: _Optional[_Iterable[_Union[RuleTrace, _Mapping]]] = ..., facts: _Optional[_Iterable[_Union[FactTrace, _Mapping]]] = ..., passed_over: _Optional[_Iterable[_Union[PassedOver, _Mapping]]] = ..., rules_off: _Optional[_Iterable[_Union[RuleOffTrace, _Mapping]]] = ..., taken_from_earlier: _Optional[_Iterable[_Union[TakenResource, _Mapping]]] = ...) -> None: ...

class RuleOffTrace(_message.Message):
    __slots__ = ("rule", "title", "effect", "parameters")
    RULE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    rule: str
    title: str
    effect: str
    parameters: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rule: _Optional[str] = ..., title: _Optional[str] = ..., effect: _Optional[str] = ..., parameters: _Optional[_Iterable[str]] = ...) -> None: ...

class TakenResource(_message.Message):
    __slots__ = ("source", "record", "reason")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    source: Source
    record: int
    reason: str
    def __init__(self, source: _Optional[_Union[Source, _Mapping]] = ..., record: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class RuleTrace(_message.Message):
    __slots__ = ("rule", "effect", "truth", "explanation")
    RULE_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    rule: str
    effect: str
    truth: str
    explanation: Explanation
    def __init__(self, rule: _Optional[str] = ..., effect: _Optional[str] = ..., truth: _Optional[str] = ..., explanation: _Optional[_Union[Explanation, _Mapping]] = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ("text", "truth", "children")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    text: str
    truth: str
    children: _containers.RepeatedCompositeFieldContainer[Explanation]
    def __init__(self, text: _Optional[str] = ..., truth: _Optional[str] = ..., children: _Optional[_Iterable[_Union[Explanation, _Mapping]]] = ...) -> None: ...

class FactTrace(_message.Message):
    __slots__ = ("fact", "status", "shown", "cells", "sources")
    FACT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    fact: str
    status: str
    shown: str
    cells: _containers.RepeatedScalarFieldContainer[str]
    sources: _containers.RepeatedCompositeFieldContainer[Source]
    def __init__(self, fact: _Optional[str] = ..., status: _Optional[str] = ..., shown: _Optional[str] = ..., cells: _Optional[_Iterable[str]] = ..., sources: _Optional[_Iterable[_Union[Source, _Mapping]]] = ...) -> None: ...

class PassedOver(_message.Message):
    __slots__ = ("source", "reason")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    source: Source
    reason: str
    def __init__(self, source: _Optional[_Union[Source, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...
