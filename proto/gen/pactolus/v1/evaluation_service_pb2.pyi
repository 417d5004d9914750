import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from pactolus.v1 import decision_pb2 as _decision_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PackSelector(_message.Message):
    __slots__ = ("id", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    version: str
    def __init__(self, id: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ("request_id", "patient", "resources_json", "bundle_json", "pack", "evaluation_time", "fhir_version")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_JSON_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_JSON_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_TIME_FIELD_NUMBER: _ClassVar[int]
    FHIR_VERSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    patient: str
    resources_json: _containers.RepeatedScalarFieldContainer[bytes]
    bundle_json: bytes
    pack: PackSelector
    evaluation_time: _timestamp_pb2.Timestamp
    fhir_version: str
    def __init__(self, request_id: _Optional[str] = ..., patient: _Optional[str] = ..., resources_json: _Optional[_Iterable[bytes]] = ..., bundle_json: _Optional[bytes] = ..., pack: _Optional[_Union[PackSelector, _Mapping]] = ..., evaluation_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fhir_version: _Optional[str] = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ("decision", "bundle_json", "receipt")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_JSON_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    bundle_json: bytes
    receipt: AuditReceipt
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., bundle_json: _Optional[bytes] = ..., receipt: _Optional[_Union[AuditReceipt, _Mapping]] = ...) -> None: ...

class AuditReceipt(_message.Message):
    __slots__ = ("log_origin", "index", "leaf_hash")
    LOG_ORIGIN_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    LEAF_HASH_FIELD_NUMBER: _ClassVar[int]
    log_origin: str
    index: int
    leaf_hash: bytes
    def __init__(self, log_origin: _Optional[str] = ..., index: _Optional[int] = ..., leaf_hash: _Optional[bytes] = ...) -> None: ...

class EvaluateBatchRequest(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: EvaluateRequest
    def __init__(self, request: _Optional[_Union[EvaluateRequest, _Mapping]] = ...) -> None: ...

class EvaluateBatchResponse(_message.Message):
    __slots__ = ("request_id", "response", "status")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    response: EvaluateResponse
    status: _status_pb2.Status
    def __init__(self, request_id: _Optional[str] = ..., response: _Optional[_Union[EvaluateResponse, _Mapping]] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class GetDataRequirementsRequest(_message.Message):
    __slots__ = ("pack",)
    PACK_FIELD_NUMBER: _ClassVar[int]
    pack: PackSelector
    def __init__(self, pack: _Optional[_Union[PackSelector, _Mapping]] = ...) -> None: ...

class GetDataRequirementsResponse(_message.Message):
    __slots__ = ("pack", "requirements")
    PACK_FIELD_NUMBER: _ClassVar[int]
    REQUIREMENTS_FIELD_NUMBER: _ClassVar[int]
    pack: _decision_pb2.PackIdentity
    requirements: _containers.RepeatedCompositeFieldContainer[DataRequirement]
    def __init__(self, pack: _Optional[_Union[_decision_pb2.PackIdentity, _Mapping]] = ..., requirements: _Optional[_Iterable[_Union[DataRequirement, _Mapping]]] = ...) -> None: ...

class DataRequirement(_message.Message):
    __slots__ = ("fact", "title", "absence", "assumed_value", "supply", "resource_types", "codes", "unit")
    FACT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ABSENCE_FIELD_NUMBER: _ClassVar[int]
    ASSUMED_VALUE_FIELD_NUMBER: _ClassVar[int]
    SUPPLY_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_TYPES_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    fact: str
    title: str
    absence: str
    assumed_value: str
    supply: str
    resource_types: _containers.RepeatedScalarFieldContainer[str]
    codes: _containers.RepeatedCompositeFieldContainer[Code]
    unit: str
    def __init__(self, fact: _Optional[str] = ..., title: _Optional[str] = ..., absence: _Optional[str] = ..., assumed_value: _Optional[str] = ..., supply: _Optional[str] = ..., resource_types: _Optional[_Iterable[str]] = ..., codes: _Optional[_Iterable[_Union[Code, _Mapping]]] = ..., unit: _Optional[str] = ...) -> None: ...

class Code(_message.Message):
    __slots__ = ("system", "code", "display")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_FIELD_NUMBER: _ClassVar[int]
    system: str
    code: str
    display: str
    def __init__(self, system: _Optional[str] = ..., code: _Optional[str] = ..., display: _Optional[str] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("index", "request", "why_not", "what_if")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    WHY_NOT_FIELD_NUMBER: _ClassVar[int]
    WHAT_IF_FIELD_NUMBER: _ClassVar[int]
    index: int
    request: EvaluateRequest
    why_not: str
    what_if: WhatIf
    def __init__(self, index: _Optional[int] = ..., request: _Optional[_Union[EvaluateRequest, _Mapping]] = ..., why_not: _Optional[str] = ..., what_if: _Optional[_Union[WhatIf, _Mapping]] = ...) -> None: ...

class WhatIf(_message.Message):
    __slots__ = ("facts",)
    FACTS_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedCompositeFieldContainer[SupposedFact]
    def __init__(self, facts: _Optional[_Iterable[_Union[SupposedFact, _Mapping]]] = ...) -> None: ...

class SupposedFact(_message.Message):
    __slots__ = ("fact", "value")
    FACT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    fact: str
    value: str
    def __init__(self, fact: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("decision", "rules", "decisive_facts")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    DECISIVE_FACTS_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    rules: _containers.RepeatedCompositeFieldContainer[_decision_pb2.RuleTrace]
    decisive_facts: _containers.RepeatedCompositeFieldContainer[_decision_pb2.MissingSet]
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., rules: _Optional[_Iterable[_Union[_decision_pb2.RuleTrace, _Mapping]]] = ..., decisive_facts: _Optional[_Iterable[_Union[_decision_pb2.MissingSet, _Mapping]]] = ...) -> None: ...
