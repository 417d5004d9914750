from pactolus.v1 import decision_pb2 as _decision_pb2
from pactolus.v1 import evaluation_service_pb2 as _evaluation_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListRulePacksRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListRulePacksResponse(_message.Message):
    __slots__ = ("packs",)
    PACKS_FIELD_NUMBER: _ClassVar[int]
    packs: _containers.RepeatedCompositeFieldContainer[RulePackSummary]
    def __init__(self, packs: _Optional[_Iterable[_Union[RulePackSummary, _Mapping]]] = ...) -> None: ...

class RulePackSummary(_message.Message):
    __slots__ = ("pack", "title", "active", "evidence_as_of", "review_by", "approved_by")
    PACK_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_AS_OF_FIELD_NUMBER: _ClassVar[int]
    REVIEW_BY_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    pack: _decision_pb2.PackIdentity
    title: str
    active: bool
    evidence_as_of: str
    review_by: str
    approved_by: str
    def __init__(self, pack: _Optional[_Union[_decision_pb2.PackIdentity, _Mapping]] = ..., title: _Optional[str] = ..., active: _Optional[bool] = ..., evidence_as_of: _Optional[str] = ..., review_by: _Optional[str] = ..., approved_by: _Optional[str] = ...) -> None: ...

class GetRulePackRequest(_message.Message):
    __slots__ = ("pack",)
    PACK_FIELD_NUMBER: _ClassVar[int]
    pack: _evaluation_service_pb2.PackSelector
    def __init__(self, pack: _Optional[_Union[_evaluation_service_pb2.PackSelector, _Mapping]] = ...) -> None: ...

class GetRulePackResponse(_message.Message):
    __slots__ = ("summary", "description", "language", "facts", "parameters", "options", "rules", "evidence", "overlay")
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    OVERLAY_FIELD_NUMBER: _ClassVar[int]
    summary: RulePackSummary
    description: str
    language: str
    facts: _containers.RepeatedCompositeFieldContainer[RulePackFact]
    parameters: _containers.RepeatedCompositeFieldContainer[RulePackParameter]
    options: _containers.RepeatedCompositeFieldContainer[RulePackOption]
    rules: _containers.RepeatedCompositeFieldContainer[RulePackRule]
    evidence: _containers.RepeatedCompositeFieldContainer[_decision_pb2.Evidence]
    overlay: RulePackOverlay
    def __init__(self, summary: _Optional[_Union[RulePackSummary, _Mapping]] = ..., description: _Optional[str] = ..., language: _Optional[str] = ..., facts: _Optional[_Iterable[_Union[RulePackFact, _Mapping]]] = ..., parameters: _Optional[_Iterable[_Union[RulePackParameter, _Mapping]]] = ..., options: _Optional[_Iterable[_Union[RulePackOption, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[RulePackRule, _Mapping]]] = ..., evidence: _Optional[_Iterable[_Union[_decision_pb2.Evidence, _Mapping]]] = ..., overlay: _Optional[_Union[RulePackOverlay, _Mapping]] = ...) -> None: ...

class RulePackOverlay(_message.Message):
    __slots__ = ("title", "approved_by", "codes")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    title: str
    approved_by: str
    codes: _containers.RepeatedCompositeFieldContainer[RulePackSiteCode]
    def __init__(self, title: _Optional[str] = ..., approved_by: _Optional[str] = ..., codes: _Optional[_Iterable[_Union[RulePackSiteCode, _Mapping]]] = ...) -> None: ...

class RulePackSiteCode(_message.Message):
    __slots__ = ("code_set", "system", "code", "display")
    CODE_SET_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_FIELD_NUMBER: _ClassVar[int]
    code_set: str
    system: str
    code: str
    display: str
    def __init__(self, code_set: _Optional[str] = ..., system: _Optional[str] = ..., code: _Optional[str] = ..., display: _Optional[str] = ...) -> None: ...

class RulePackFact(_message.Message):
    __slots__ = ("id", "title", "type", "unit", "absence", "assumed_value", "supply", "derived_from")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    ABSENCE_FIELD_NUMBER: _ClassVar[int]
    ASSUMED_VALUE_FIELD_NUMBER: _ClassVar[int]
    SUPPLY_FIELD_NUMBER: _ClassVar[int]
    DERIVED_FROM_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    type: str
    unit: str
    absence: str
    assumed_value: str
    supply: str
    derived_from: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., type: _Optional[str] = ..., unit: _Optional[str] = ..., absence: _Optional[str] = ..., assumed_value: _Optional[str] = ..., supply: _Optional[str] = ..., derived_from: _Optional[_Iterable[str]] = ...) -> None: ...

class RulePackParameter(_message.Message):
    __slots__ = ("id", "title", "unit", "value", "default_value", "at_least", "at_most", "set_by", "rationale", "needs_sign_off", "site_rationale")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    AT_MOST_FIELD_NUMBER: _ClassVar[int]
    SET_BY_FIELD_NUMBER: _ClassVar[int]
    RATIONALE_FIELD_NUMBER: _ClassVar[int]
    NEEDS_SIGN_OFF_FIELD_NUMBER: _ClassVar[int]
    SITE_RATIONALE_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    unit: str
    value: str
    default_value: str
    at_least: str
    at_most: str
    set_by: str
    rationale: str
    needs_sign_off: bool
    site_rationale: str
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., unit: _Optional[str] = ..., value: _Optional[str] = ..., default_value: _Optional[str] = ..., at_least: _Optional[str] = ..., at_most: _Optional[str] = ..., set_by: _Optional[str] = ..., rationale: _Optional[str] = ..., needs_sign_off: _Optional[bool] = ..., site_rationale: _Optional[str] = ...) -> None: ...

class RulePackOption(_message.Message):
    __slots__ = ("id", "title", "description", "evidence")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    description: str
    evidence: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., evidence: _Optional[_Iterable[str]] = ...) -> None: ...

class RulePackRule(_message.Message):
    __slots__ = ("id", "title", "text", "effect", "target", "value", "evidence", "rationale", "off_for_want_of")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    RATIONALE_FIELD_NUMBER: _ClassVar[int]
    OFF_FOR_WANT_OF_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    text: str
    effect: str
    target: str
    value: str
    evidence: _containers.RepeatedScalarFieldContainer[str]
    rationale: str
    off_for_want_of: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., text: _Optional[str] = ..., effect: _Optional[str] = ..., target: _Optional[str] = ..., value: _Optional[str] = ..., evidence: _Optional[_Iterable[str]] = ..., rationale: _Optional[str] = ..., off_for_want_of: _Optional[_Iterable[str]] = ...) -> None: ...

class CheckRulePackRequest(_message.Message):
    __slots__ = ("files",)
    FILES_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedCompositeFieldContainer[RulePackFile]
    def __init__(self, files: _Optional[_Iterable[_Union[RulePackFile, _Mapping]]] = ...) -> None: ...

class RulePackFile(_message.Message):
    __slots__ = ("path", "content")
    PATH_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    path: str
    content: bytes
    def __init__(self, path: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class CheckRulePackResponse(_message.Message):
    __slots__ = ("issues", "pack")
    ISSUES_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    issues: _containers.RepeatedCompositeFieldContainer[RulePackIssue]
    pack: _decision_pb2.PackIdentity
    def __init__(self, issues: _Optional[_Iterable[_Union[RulePackIssue, _Mapping]]] = ..., pack: _Optional[_Union[_decision_pb2.PackIdentity, _Mapping]] = ...) -> None: ...

class RulePackIssue(_message.Message):
    __slots__ = ("file", "line", "column", "message", "advice")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    column: int
    message: str
    advice: str
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., message: _Optional[str] = ..., advice: _Optional[str] = ...) -> None: ...

class ActivateRulePackRequest(_message.Message):
    __slots__ = ("pack", "request_id")
    PACK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    pack: _decision_pb2.PackIdentity
    request_id: str
    def __init__(self, pack: _Optional[_Union[_decision_pb2.PackIdentity, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ActivateRulePackResponse(_message.Message):
    __slots__ = ("active", "receipt")
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    active: RulePackSummary
    receipt: _evaluation_service_pb2.AuditReceipt
    def __init__(self, active: _Optional[_Union[RulePackSummary, _Mapping]] = ..., receipt: _Optional[_Union[_evaluation_service_pb2.AuditReceipt, _Mapping]] = ...) -> None: ...
