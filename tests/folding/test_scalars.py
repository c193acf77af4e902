"""Fields that have one value a rule, where its rows disagree."""

import pytest

from rulefold.diagnostics import Diagnostic, Severity
from rulefold.folding import OnConflict, fold
from rulefold.model import Detection, OtherValue
from rulefold.text import Place
from tests.pages_text import block, entries, guid, page


def folded(*blocks: str, on_conflict: OnConflict = "first") -> tuple[Detection, list[Diagnostic]]:
    catalogue, told = fold(entries(page(*blocks)), on_conflict)
    (detection,) = catalogue.detections
    return detection, [d for d in told if d.code == "RF301"]


def value(detection: Detection, field: str) -> object:
    in_schedule = field.startswith(("query_", "trigger_"))
    return getattr(detection.schedule if in_schedule else detection, field)


# field, first value, second value, and the line of the first block on which the field stands
FIELDS = [
    ("title", "One", "Two", 3),
    ("description", "One", "Two", 4),
    ("type", "Analytics", "Hunting", 12),
    ("query_frequency", "1h", "2h", 16),
    ("query_period", "1d", "2d", 17),
    ("trigger_operator", "gt", "lt", 18),
    ("trigger_threshold", "1", "2", 19),
    ("severity", "High", "Low", 20),
    ("url", "https://example.org/1", "https://example.org/2", 21),
    ("ingested_date", "2022-08-07", "2022-08-08", 22),
    ("query", "T\n| take 1", "T\n| take 2", 26),
]


@pytest.mark.parametrize(("field", "first", "second", "line"), FIELDS)
def test_a_conflict_is_told_with_both_places_and_both_values_are_kept(
    field: str, first: str, second: str, line: int
) -> None:
    blocks = [block(platform="A", **{field: first}), block(platform="B", **{field: second})]
    detection, told = folded(*blocks)
    height = blocks[0].count("\n")
    assert str(value(detection, field)) == first
    (conflict,) = detection.conflicts or ()
    assert conflict.field == field
    assert conflict.others == (OtherValue(value=second, page="1.md", line=line + height, rows=1),)
    (diagnostic,) = told
    assert diagnostic.severity is Severity.WARNING
    assert diagnostic.place
    assert (diagnostic.place.line, diagnostic.related[0].place.line) == (line + height, line)
    assert field in diagnostic.message
    assert diagnostic.detection == detection.key


@pytest.mark.parametrize(("field", "first", "second", "line"), FIELDS)
def test_rows_that_agree_are_no_conflict(field: str, first: str, second: str, line: int) -> None:
    detection, told = folded(block(platform="A", **{field: second}), block(platform="B", **{field: second}))
    assert str(value(detection, field)) == second
    assert detection.conflicts is None
    assert told == []


def dated(day: str | None, severity: str, platform: str) -> str:
    return block(ingested_date=day, severity=severity, platform=platform)


@pytest.mark.parametrize(
    ("on_conflict", "days", "taken"),
    [
        ("first", ("2022-08-07", "2022-08-09", "2022-08-08"), "High"),
        ("error", ("2022-08-07", "2022-08-09", "2022-08-08"), "High"),
        ("newest", ("2022-08-07", "2022-08-09", "2022-08-08"), "Medium"),
        ("newest", ("2022-08-09", "2022-08-07", "2022-08-08"), "High"),
        ("newest", ("2022-08-07", "2022-08-07", "2022-08-07"), "High"),
        ("newest", ("2022-08-07", "2022-08-08", "2022-08-08"), "Medium"),
        ("newest", ("", "9999", "2022-08-08"), "Low"),
        ("newest", ("31 December", "2023-02-30", ""), "High"),
        ("newest", ("2022-12-31", "2022-9-1", "2022-10-01"), "High"),
    ],
)
def test_which_value_is_taken(on_conflict: OnConflict, days: tuple[str, ...], taken: str) -> None:
    severities = ("High", "Medium", "Low")
    blocks = [dated(day, severity, severity) for day, severity in zip(days, severities, strict=True)]
    detection, told = folded(*blocks, on_conflict=on_conflict)
    assert detection.severity == taken
    others = next(conflict.others for conflict in detection.conflicts or () if conflict.field == "severity")
    assert {other.value for other in others} == set(severities) - {taken}
    assert {d.severity for d in told} == {Severity.ERROR if on_conflict == "error" else Severity.WARNING}


def test_the_choice_changes_no_set() -> None:
    blocks = [dated("2022-08-07", "High", "A"), dated("2022-08-09", "Low", "B"), dated("2022-08-08", "Low", "C")]
    sets = {folded(*blocks, on_conflict=choice)[0].platforms for choice in ("error", "first", "newest")}
    assert sets == {("A", "B", "C")}


@pytest.mark.parametrize("on_conflict", ["first", "newest", "error"])
@pytest.mark.parametrize(
    ("field", "stated"),
    [
        ("severity", "High"),
        ("query_frequency", "1h"),
        ("trigger_threshold", "0"),
        ("type", "Hunting"),
        ("url", "https://example.org/1"),
        ("ingested_date", "2022-08-06"),
        ("description", "What it finds."),
        ("query", "AzureActivity"),
    ],
)
def test_an_absent_value_never_stands_against_a_stated_one(field: str, stated: str, on_conflict: OnConflict) -> None:
    for absent, other in (("", stated), (stated, "")):
        detection, told = folded(
            block(platform="A", **{field: absent}), block(platform="B", **{field: other}), on_conflict=on_conflict
        )
        assert str(value(detection, field)) == stated
        assert [d.code for d in told] == ["RF301"]
        assert "no value" in told[0].message


def test_all_empty_is_no_conflict() -> None:
    detection, told = folded(
        block(description="", query="", severity="", title="A"), block(description="", query="", severity="", title="B")
    )
    assert (detection.description, detection.query, detection.severity) == ("", "", None)
    assert [conflict.field for conflict in detection.conflicts or ()] == ["title"]
    assert len(told) == 1


def test_other_values_are_counted_by_rows() -> None:
    severities = ["High", "Low", "Low", "Medium", "High", "Low"]
    blocks = [block(severity=severity, platform=f"P{n}") for n, severity in enumerate(severities)]
    detection, told = folded(*blocks)
    (conflict,) = detection.conflicts or ()
    assert conflict.others == (
        OtherValue(value="Low", page="1.md", line=20 + 28, rows=3),
        OtherValue(value="Medium", page="1.md", line=20 + 3 * 28, rows=1),
    )
    assert [d.place for d in told] == [Place("1.md", 48, 22)]
    assert "and 1 other value" in told[0].message


def test_fields_are_chosen_one_by_one() -> None:
    detection, told = folded(
        block(severity="High", description="", platform="A"), block(severity="", description="Text.", platform="B")
    )
    assert (detection.severity, detection.description) == ("High", "Text.")
    assert len(told) == 2


def test_ids_that_differ_in_case_are_no_conflict() -> None:
    detection, told = folded(block(id=guid(1).upper()), block(id=guid(1), platform="B"))
    assert detection.id == guid(1).upper()
    assert detection.conflicts is None
    assert told == []


def test_a_malformed_id_beside_a_sound_one_is_a_conflict() -> None:
    detection, told = folded(block(id="12", platform="A"), block(id=guid(1), platform="B"))
    assert detection.id == guid(1)
    assert [(d.place and d.place.line, "'12'" in d.message) for d in told] == [(14, True)]


def test_a_long_value_is_not_quoted_whole() -> None:
    detection, told = folded(block(query="A\n" * 500), block(query="B\n" * 600, platform="B"))
    assert detection.query == "A\n" * 500
    assert "of 1,200 characters" in told[0].message
    assert len(told[0].message) < 200
