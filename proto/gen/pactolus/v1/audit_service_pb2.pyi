import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from pactolus.v1 import decision_pb2 as _decision_pb2
from pactolus.v1 import evaluation_service_pb2 as _evaluation_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_FORMAT_UNSPECIFIED: _ClassVar[ExportFormat]
    EXPORT_FORMAT_NDJSON: _ClassVar[ExportFormat]
    EXPORT_FORMAT_FHIR: _ClassVar[ExportFormat]

class FeedbackAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEEDBACK_ACTION_UNSPECIFIED: _ClassVar[FeedbackAction]
    FEEDBACK_ACTION_ACCEPTED: _ClassVar[FeedbackAction]
    FEEDBACK_ACTION_OVERRIDDEN: _ClassVar[FeedbackAction]

class ReplayState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPLAY_STATE_UNSPECIFIED: _ClassVar[ReplayState]
    REPLAY_STATE_RUNNING: _ClassVar[ReplayState]
    REPLAY_STATE_DONE: _ClassVar[ReplayState]
    REPLAY_STATE_FAILED: _ClassVar[ReplayState]

class ReplayClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPLAY_CLASS_UNSPECIFIED: _ClassVar[ReplayClass]
    REPLAY_CLASS_IDENTICAL: _ClassVar[ReplayClass]
    REPLAY_CLASS_CHANGED_OUTCOME: _ClassVar[ReplayClass]
    REPLAY_CLASS_CHANGED_OPTIONS: _ClassVar[ReplayClass]
    REPLAY_CLASS_CHANGED_TEXT: _ClassVar[ReplayClass]
    REPLAY_CLASS_ENGINE_CHANGED: _ClassVar[ReplayClass]
    REPLAY_CLASS_INPUT_MISSING: _ClassVar[ReplayClass]
    REPLAY_CLASS_ERASED: _ClassVar[ReplayClass]
    REPLAY_CLASS_TAMPERED: _ClassVar[ReplayClass]
    REPLAY_CLASS_ERROR: _ClassVar[ReplayClass]
EXPORT_FORMAT_UNSPECIFIED: ExportFormat
EXPORT_FORMAT_NDJSON: ExportFormat
EXPORT_FORMAT_FHIR: ExportFormat
FEEDBACK_ACTION_UNSPECIFIED: FeedbackAction
FEEDBACK_ACTION_ACCEPTED: FeedbackAction
FEEDBACK_ACTION_OVERRIDDEN: FeedbackAction
REPLAY_STATE_UNSPECIFIED: ReplayState
REPLAY_STATE_RUNNING: ReplayState
REPLAY_STATE_DONE: ReplayState
REPLAY_STATE_FAILED: ReplayState
REPLAY_CLASS_UNSPECIFIED: ReplayClass
REPLAY_CLASS_IDENTICAL: ReplayClass
REPLAY_CLASS_CHANGED_OUTCOME: ReplayClass
REPLAY_CLASS_CHANGED_OPTIONS: ReplayClass
REPLAY_CLASS_CHANGED_TEXT: ReplayClass
REPLAY_CLASS_ENGINE_CHANGED: ReplayClass
REPLAY_CLASS_INPUT_MISSING: ReplayClass
REPLAY_CLASS_ERASED: ReplayClass
REPLAY_CLASS_TAMPERED: ReplayClass
REPLAY_CLASS_ERROR: ReplayClass

class GetDecisionRequest(_message.Message):
    __slots__ = ("index", "decision_id")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    index: int
    decision_id: str
    def __init__(self, index: _Optional[int] = ..., decision_id: _Optional[str] = ...) -> None: ...

class GetDecisionResponse(_message.Message):
    __slots__ = ("response", "record_time")
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    response: _evaluation_service_pb2.EvaluateResponse
    record_time: _timestamp_pb2.Timestamp
    def __init__(self, response: _Optional[_Union[_evaluation_service_pb2.EvaluateResponse, _Mapping]] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "outcome", "pack", "since", "until", "rule", "patient")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    outcome: _decision_pb2.Outcome
    pack: _evaluation_service_pb2.PackSelector
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    rule: str
    patient: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., outcome: _Optional[_Union[_decision_pb2.Outcome, str]] = ..., pack: _Optional[_Union[_evaluation_service_pb2.PackSelector, _Mapping]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rule: _Optional[str] = ..., patient: _Optional[str] = ...) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[DecisionRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[DecisionRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DecisionRecord(_message.Message):
    __slots__ = ("receipt", "decision_id", "outcome", "pack", "record_time")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    receipt: _evaluation_service_pb2.AuditReceipt
    decision_id: str
    outcome: _decision_pb2.Outcome
    pack: _decision_pb2.PackIdentity
    record_time: _timestamp_pb2.Timestamp
    def __init__(self, receipt: _Optional[_Union[_evaluation_service_pb2.AuditReceipt, _Mapping]] = ..., decision_id: _Optional[str] = ..., outcome: _Optional[_Union[_decision_pb2.Outcome, str]] = ..., pack: _Optional[_Union[_decision_pb2.PackIdentity, _Mapping]] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListAffectedDecisionsRequest(_message.Message):
    __slots__ = ("observation", "code_set", "parameter", "pack")
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    CODE_SET_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    observation: str
    code_set: str
    parameter: str
    pack: _evaluation_service_pb2.PackSelector
    def __init__(self, observation: _Optional[str] = ..., code_set: _Optional[str] = ..., parameter: _Optional[str] = ..., pack: _Optional[_Union[_evaluation_service_pb2.PackSelector, _Mapping]] = ...) -> None: ...

class ListAffectedDecisionsResponse(_message.Message):
    __slots__ = ("record", "patient_pseudonym", "is_sure")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    PATIENT_PSEUDONYM_FIELD_NUMBER: _ClassVar[int]
    IS_SURE_FIELD_NUMBER: _ClassVar[int]
    record: DecisionRecord
    patient_pseudonym: str
    is_sure: bool
    def __init__(self, record: _Optional[_Union[DecisionRecord, _Mapping]] = ..., patient_pseudonym: _Optional[str] = ..., is_sure: _Optional[bool] = ...) -> None: ...

class GetCheckpointRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCheckpointResponse(_message.Message):
    __slots__ = ("note",)
    NOTE_FIELD_NUMBER: _ClassVar[int]
    note: bytes
    def __init__(self, note: _Optional[bytes] = ...) -> None: ...

class GetInclusionProofRequest(_message.Message):
    __slots__ = ("index", "tree_size")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    index: int
    tree_size: int
    def __init__(self, index: _Optional[int] = ..., tree_size: _Optional[int] = ...) -> None: ...

class GetInclusionProofResponse(_message.Message):
    __slots__ = ("index", "tree_size", "leaf_hash", "hashes", "checkpoint_note")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    LEAF_HASH_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_NOTE_FIELD_NUMBER: _ClassVar[int]
    index: int
    tree_size: int
    leaf_hash: bytes
    hashes: _containers.RepeatedScalarFieldContainer[bytes]
    checkpoint_note: bytes
    def __init__(self, index: _Optional[int] = ..., tree_size: _Optional[int] = ..., leaf_hash: _Optional[bytes] = ..., hashes: _Optional[_Iterable[bytes]] = ..., checkpoint_note: _Optional[bytes] = ...) -> None: ...

class GetConsistencyProofRequest(_message.Message):
    __slots__ = ("first_tree_size", "second_tree_size")
    FIRST_TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    SECOND_TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    first_tree_size: int
    second_tree_size: int
    def __init__(self, first_tree_size: _Optional[int] = ..., second_tree_size: _Optional[int] = ...) -> None: ...

class GetConsistencyProofResponse(_message.Message):
    __slots__ = ("first_tree_size", "second_tree_size", "hashes")
    FIRST_TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    SECOND_TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    first_tree_size: int
    second_tree_size: int
    hashes: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, first_tree_size: _Optional[int] = ..., second_tree_size: _Optional[int] = ..., hashes: _Optional[_Iterable[bytes]] = ...) -> None: ...

class VerifyLogRequest(_message.Message):
    __slots__ = ("since_note", "payloads")
    SINCE_NOTE_FIELD_NUMBER: _ClassVar[int]
    PAYLOADS_FIELD_NUMBER: _ClassVar[int]
    since_note: bytes
    payloads: bool
    def __init__(self, since_note: _Optional[bytes] = ..., payloads: _Optional[bool] = ...) -> None: ...

class VerifyLogResponse(_message.Message):
    __slots__ = ("records_done", "records_total", "result")
    RECORDS_DONE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    records_done: int
    records_total: int
    result: LogVerification
    def __init__(self, records_done: _Optional[int] = ..., records_total: _Optional[int] = ..., result: _Optional[_Union[LogVerification, _Mapping]] = ...) -> None: ...

class LogVerification(_message.Message):
    __slots__ = ("is_whole", "findings", "erased", "key_lost", "checkpoint_note")
    IS_WHOLE_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    KEY_LOST_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_NOTE_FIELD_NUMBER: _ClassVar[int]
    is_whole: bool
    findings: _containers.RepeatedCompositeFieldContainer[LogFinding]
    erased: int
    key_lost: int
    checkpoint_note: bytes
    def __init__(self, is_whole: _Optional[bool] = ..., findings: _Optional[_Iterable[_Union[LogFinding, _Mapping]]] = ..., erased: _Optional[int] = ..., key_lost: _Optional[int] = ..., checkpoint_note: _Optional[bytes] = ...) -> None: ...

class LogFinding(_message.Message):
    __slots__ = ("index", "text")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    index: int
    text: str
    def __init__(self, index: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class ExportRecordsRequest(_message.Message):
    __slots__ = ("format", "first_index", "end_index", "with_patient_data")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    FIRST_INDEX_FIELD_NUMBER: _ClassVar[int]
    END_INDEX_FIELD_NUMBER: _ClassVar[int]
    WITH_PATIENT_DATA_FIELD_NUMBER: _ClassVar[int]
    format: ExportFormat
    first_index: int
    end_index: int
    with_patient_data: bool
    def __init__(self, format: _Optional[_Union[ExportFormat, str]] = ..., first_index: _Optional[int] = ..., end_index: _Optional[int] = ..., with_patient_data: _Optional[bool] = ...) -> None: ...

class ExportRecordsResponse(_message.Message):
    __slots__ = ("lines",)
    LINES_FIELD_NUMBER: _ClassVar[int]
    lines: bytes
    def __init__(self, lines: _Optional[bytes] = ...) -> None: ...

class ErasePatientRequest(_message.Message):
    __slots__ = ("request_id", "patient", "ground")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    patient: str
    ground: str
    def __init__(self, request_id: _Optional[str] = ..., patient: _Optional[str] = ..., ground: _Optional[str] = ...) -> None: ...

class ErasePatientResponse(_message.Message):
    __slots__ = ("receipts", "records_erased")
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_ERASED_FIELD_NUMBER: _ClassVar[int]
    receipts: _containers.RepeatedCompositeFieldContainer[_evaluation_service_pb2.AuditReceipt]
    records_erased: int
    def __init__(self, receipts: _Optional[_Iterable[_Union[_evaluation_service_pb2.AuditReceipt, _Mapping]]] = ..., records_erased: _Optional[int] = ...) -> None: ...

class RecordFeedbackRequest(_message.Message):
    __slots__ = ("request_id", "index", "action", "option", "reason", "action_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ACTION_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    index: int
    action: FeedbackAction
    option: str
    reason: _evaluation_service_pb2.Code
    action_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., index: _Optional[int] = ..., action: _Optional[_Union[FeedbackAction, str]] = ..., option: _Optional[str] = ..., reason: _Optional[_Union[_evaluation_service_pb2.Code, _Mapping]] = ..., action_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecordFeedbackResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _evaluation_service_pb2.AuditReceipt
    def __init__(self, receipt: _Optional[_Union[_evaluation_service_pb2.AuditReceipt, _Mapping]] = ...) -> None: ...

class StartReplayRequest(_message.Message):
    __slots__ = ("request_id", "first_index", "end_index", "pack", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_INDEX_FIELD_NUMBER: _ClassVar[int]
    END_INDEX_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    first_index: int
    end_index: int
    pack: _evaluation_service_pb2.PackSelector
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., first_index: _Optional[int] = ..., end_index: _Optional[int] = ..., pack: _Optional[_Union[_evaluation_service_pb2.PackSelector, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class StartReplayResponse(_message.Message):
    __slots__ = ("replay_id", "receipt")
    REPLAY_ID_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    replay_id: str
    receipt: _evaluation_service_pb2.AuditReceipt
    def __init__(self, replay_id: _Optional[str] = ..., receipt: _Optional[_Union[_evaluation_service_pb2.AuditReceipt, _Mapping]] = ...) -> None: ...

class WatchReplayRequest(_message.Message):
    __slots__ = ("replay_id", "after_records")
    REPLAY_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_RECORDS_FIELD_NUMBER: _ClassVar[int]
    replay_id: str
    after_records: int
    def __init__(self, replay_id: _Optional[str] = ..., after_records: _Optional[int] = ...) -> None: ...

class WatchReplayResponse(_message.Message):
    __slots__ = ("state", "records_done", "records_total", "differences", "counts", "report_root", "receipt", "detail")
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_DONE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    REPORT_ROOT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    state: ReplayState
    records_done: int
    records_total: int
    differences: int
    counts: _containers.RepeatedCompositeFieldContainer[ReplayCount]
    report_root: bytes
    receipt: _evaluation_service_pb2.AuditReceipt
    detail: str
    def __init__(self, state: _Optional[_Union[ReplayState, str]] = ..., records_done: _Optional[int] = ..., records_total: _Optional[int] = ..., differences: _Optional[int] = ..., counts: _Optional[_Iterable[_Union[ReplayCount, _Mapping]]] = ..., report_root: _Optional[bytes] = ..., receipt: _Optional[_Union[_evaluation_service_pb2.AuditReceipt, _Mapping]] = ..., detail: _Optional[str] = ...) -> None: ...

class ReplayCount(_message.Message):
    __slots__ = ("result_class", "records")
    RESULT_CLASS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    result_class: ReplayClass
    records: int
    def __init__(self, result_class: _Optional[_Union[ReplayClass, str]] = ..., records: _Optional[int] = ...) -> None: ...

class ListReplayDifferencesRequest(_message.Message):
    __slots__ = ("replay_id", "page_size", "page_token", "result_class")
    REPLAY_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESULT_CLASS_FIELD_NUMBER: _ClassVar[int]
    replay_id: str
    page_size: int
    page_token: str
    result_class: ReplayClass
    def __init__(self, replay_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., result_class: _Optional[_Union[ReplayClass, str]] = ...) -> None: ...

class ListReplayDifferencesResponse(_message.Message):
    __slots__ = ("differences", "next_page_token")
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[ReplayDifference]
    next_page_token: str
    def __init__(self, differences: _Optional[_Iterable[_Union[ReplayDifference, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReplayDifference(_message.Message):
    __slots__ = ("index", "recorded_outcome", "replayed_outcome", "fields", "result_class", "recorded_options", "replayed_options", "moved", "causes", "detail")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    RECORDED_OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_OUTCOME_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    RESULT_CLASS_FIELD_NUMBER: _ClassVar[int]
    RECORDED_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    index: int
    recorded_outcome: _decision_pb2.Outcome
    replayed_outcome: _decision_pb2.Outcome
    fields: _containers.RepeatedScalarFieldContainer[str]
    result_class: ReplayClass
    recorded_options: _containers.RepeatedScalarFieldContainer[str]
    replayed_options: _containers.RepeatedScalarFieldContainer[str]
    moved: _containers.RepeatedCompositeFieldContainer[RuleMove]
    causes: _containers.RepeatedScalarFieldContainer[str]
    detail: str
    def __init__(self, index: _Optional[int] = ..., recorded_outcome: _Optional[_Union[_decision_pb2.Outcome, str]] = ..., replayed_outcome: _Optional[_Union[_decision_pb2.Outcome, str]] = ..., fields: _Optional[_Iterable[str]] = ..., result_class: _Optional[_Union[ReplayClass, str]] = ..., recorded_options: _Optional[_Iterable[str]] = ..., replayed_options: _Optional[_Iterable[str]] = ..., moved: _Optional[_Iterable[_Union[RuleMove, _Mapping]]] = ..., causes: _Optional[_Iterable[str]] = ..., detail: _Optional[str] = ...) -> None: ...

class RuleMove(_message.Message):
    __slots__ = ("rule", "before", "after", "because")
    RULE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    before: str
    after: str
    because: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rule: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ..., because: _Optional[_Iterable[str]] = ...) -> None: ...
