"""The forms in which laboratories write MRD results, by what they show.

The variety of units, comparators and limits is that of real reports (percent, plain fraction, cells per million,
"not detected" with its limit, bounds); each list holds the edge itself: exactly 1e-6 and exactly 1e-5, in several
units. Sequencing states its limit of detection, or 3 million cells and more; flow cytometry its limit or its cells.
"""

from types import MappingProxyType

from pactolus_adapters.cohort.causes import Cause, Ending
from pactolus_adapters.cohort.courses import Level
from pactolus_adapters.cohort.reports import FLOW, SEQUENCING, Report

__all__ = ["deep_forms", "forms_after_induction", "forms_before_maintenance", "forms_of_cause"]

_MILLION = "{cells}/10*6{cells}"
_NOT_DETECTED, _NEGATIVE = "260415000", "260385009"


def forms_after_induction(level: Level) -> tuple[Report, ...]:
    """The forms of results that lie there."""
    match level:
        case Level.DEEP:
            return deep_forms()
        case Level.SEEN:
            return (*_seen_by_sequencing(), *_seen_by_flow())
        case Level.POSITIVE:
            return (*_positive_by_sequencing(), *_positive_by_flow())


def forms_before_maintenance(ending: Ending) -> tuple[Report, ...]:
    """The forms of the result before maintenance; none for whoever has none."""
    match ending:
        case Ending.REACHED | Ending.LATE:
            return deep_forms()
        case Ending.NOT_REACHED:
            return _not_reached()
        case Ending.FLOW:
            return (
                Report(FLOW, "%", ("0",), cells=10_000_000),
                Report(FLOW, word=_NOT_DETECTED, lod="0.0002", limit_unit="%", cells=10_000_000),
            )
        case Ending.SHALLOW:
            return (Report(SEQUENCING, word=_NOT_DETECTED, lod="0.00001", limit_unit="1", cells=400_000),)
        case Ending.PROGRESSED | Ending.DIED | Ending.NO_SAMPLE:
            return ()


def forms_of_cause(cause: Cause) -> tuple[Report, ...]:
    """The forms of the result after induction where it is what kept the patient from being randomised."""
    match cause:
        case Cause.NO_CLONE:
            remark = MappingProxyType({"trackable-clone": False})
            return (
                Report(SEQUENCING, absent="not-performed", remarks=remark),
                Report(SEQUENCING, absent="unsupported", remarks=remark),
            )
        case Cause.POOR_SAMPLE:
            return (
                Report(SEQUENCING, "1", ("0",), lod="0.000001", remarks=MappingProxyType({"haemodilution": True})),
                Report(FLOW, "%", ("0",), cells=2_500_000, remarks=MappingProxyType({"first-pull": False})),
                Report(FLOW, "%", ("0.0004",), cells=6_000_000, remarks=MappingProxyType({"low-cellularity": True})),
            )  # fmt: skip
        case Cause.SHALLOW:
            return (
                Report(FLOW, "%", ("0.01",), "<", cells=200_000),
                Report(FLOW, word=_NOT_DETECTED, cells=1_000_000),
            )
        case Cause.UNREADABLE:
            return (Report(SEQUENCING, "{ratio}", ("0.000004",), lod="0.0000006", limit_unit="1"),)
        case Cause.DISAGREE:
            return (Report(SEQUENCING, _MILLION, ("3", "6"), lod="0.6", cells=5_100_000),)
        case _:
            return ()


def deep_forms() -> tuple[Report, ...]:
    """Surely below 1e-6, by sequencing that can tell."""
    return (
        Report(SEQUENCING, _MILLION, ("0.3", "0.5", "0.8"), lod="0.2", cells=5_600_000, flag="DET"),
        Report(SEQUENCING, "/10*6", ("0.5", "0.9"), lod="0.4", cells=3_400_000),
        Report(SEQUENCING, word=_NOT_DETECTED, lod="0.000001", limit_unit="1", cells=3_100_000),
        Report(SEQUENCING, word=_NEGATIVE, lod="0.6", limit_unit=_MILLION, cells=5_100_000, flag="NEG"),
        Report(SEQUENCING, "1", ("0",), lod="0.0000006", flag="ND"),
        Report(SEQUENCING, "1", ("0.000001",), "<", cells=4_000_000),
        Report(SEQUENCING, "%", ("0.0001",), "<", lod="0.0001", cells=3_200_000),
        Report(SEQUENCING, "%", ("0.00004", "0.00005"), lod="0.00002", cells=6_000_000),
        Report(SEQUENCING, "[ppm]", ("0.7",), lod="0.4"),
        Report(SEQUENCING, "10*-6{ratio}", ("0.6",), lod="0.3", ci=("0.2", "1.3"), cells=5_000_000),
        Report(SEQUENCING, "{clones}/10*6{cells}", ("0.5", "0.6"), cells=4_200_000),
        Report(SEQUENCING, _MILLION, ("0.999",), lod="0.5", lloq="2", cells=5_000_000, flag="POS"),
    )


def _seen_by_sequencing() -> tuple[Report, ...]:
    """Below 1e-5, and at or above 1e-6."""
    return (
        Report(SEQUENCING, _MILLION, ("1",), lod="0.2", cells=5_100_000),
        Report(SEQUENCING, "1", ("0.000001",), lod="0.0000006"),
        Report(SEQUENCING, "/10*6", ("2", "3", "4", "6"), lod="0.6", cells=4_500_000, flag="POS"),
        Report(SEQUENCING, _MILLION, ("9.99",), lod="0.6", ci=("6", "15"), cells=5_000_000),
        Report(SEQUENCING, "%", ("0.0003", "0.0008"), lod="0.0001"),
        Report(SEQUENCING, "1", ("0.000002", "0.0000075"), lod="0.000001", flag="DET"),
        Report(SEQUENCING, "/10*6{cells}", ("5",), "<", lod="0.6", lloq="5", flag="DET"),
        Report(SEQUENCING, "[ppm]", ("8", "9"), lod="0.4"),
    )


def _seen_by_flow() -> tuple[Report, ...]:
    """Below 1e-5, by an assay that cannot tell 1e-6."""
    return (
        Report(FLOW, "%", ("0.001",), "<", lod="0.0004", cells=5_000_000),
        Report(FLOW, word=_NOT_DETECTED, cells=5_000_000),
        Report(FLOW, "%", ("0",), cells=2_000_000),
        Report(FLOW, "%", ("0.0006",), lod="0.0004", cells=5_000_000),
        Report(FLOW, "%", ("0.0008",), cells=5_000_000, names_method=False),
    )


def _positive_by_sequencing() -> tuple[Report, ...]:
    """At or above 1e-5."""
    return (
        Report(SEQUENCING, _MILLION, ("10",), lod="0.6", cells=5_100_000),
        Report(SEQUENCING, "1", ("0.00001",), lod="0.000001"),
        Report(SEQUENCING, "%", ("0.001",), lod="0.0001"),
        Report(
            SEQUENCING, "/10*6", ("18", "35", "90", "240", "1300"), lod="0.6", cells=4_500_000, flag="POS"
        ),
        Report(SEQUENCING, "1", ("0.00001",), ">", lod="0.000001"),
        Report(SEQUENCING, "/10*6{cells}", ("20",), ">=", lod="1"),
        Report(SEQUENCING, "1", ("0.00003", "0.000099", "0.0001"), lod="0.000001"),
        Report(SEQUENCING, _MILLION, ("12",), lod="0.6", ci=("8", "17"), cells=3_000_000),
        Report(SEQUENCING, "[ppm]", ("55", "150"), lod="1"),
    )


def _positive_by_flow() -> tuple[Report, ...]:
    return (
        Report(FLOW, "%", ("0.001",), lod="0.0004", cells=5_000_000),
        Report(FLOW, "%", ("0.0034", "0.012", "0.05", "0.2"), lod="0.0004", cells=5_000_000),
        Report(FLOW, "%", ("0.004",), cells=2_000_000, names_method=False),
        Report(FLOW, "%", ("0.006",), cells=3_000_000, remarks=MappingProxyType({"haemodilution": True})),
        Report(
            FLOW, "%", ("0.02",), cells=800_000,
            remarks=MappingProxyType({"low-cellularity": True, "first-pull": False}),
        ),
    )  # fmt: skip


def _not_reached() -> tuple[Report, ...]:
    """At or above 1e-6, by any assay that detects it."""
    return (
        Report(SEQUENCING, _MILLION, ("1",), lod="0.2", cells=5_100_000),
        Report(SEQUENCING, "1", ("0.000001",), lod="0.0000006"),
        Report(SEQUENCING, "%", ("0.0001",), lod="0.00005"),
        Report(SEQUENCING, "/10*6", ("2", "4", "7", "9"), lod="0.6", cells=4_500_000, flag="POS"),
        Report(SEQUENCING, _MILLION, ("14", "38", "90"), lod="0.6", cells=5_000_000),
        Report(FLOW, "%", ("0.0004", "0.003"), lod="0.0002", cells=10_000_000),
        Report(SEQUENCING, "1", ("0.000001",), ">", lod="0.0000006"),
        Report(SEQUENCING, "/10*6{cells}", ("3",), ">=", lod="1"),
        Report(SEQUENCING, _MILLION, ("1.2",), lod="0.4", ci=("0.6", "2.3"), cells=5_000_000),
        Report(SEQUENCING, _MILLION, ("5",), lod="0.6", remarks=MappingProxyType({"haemodilution": True})),
        Report(SEQUENCING, "[ppm]", ("1", "6"), lod="0.5"),
    )
