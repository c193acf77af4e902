"""The models: what their values parse to, what they refuse, and what is left out of what is written."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from rulefold.model import (
    Catalogue,
    Connector,
    Counts,
    Detection,
    Entry,
    Rows,
    Schedule,
    parse_data_type,
    parse_duration,
    parse_threshold,
)
from tests.pages_text import block, entries, page

DURATIONS = {
    "30s": timedelta(seconds=30),
    "5m": timedelta(minutes=5),
    "24h": timedelta(hours=24),
    "14d": timedelta(days=14),
    "007d": timedelta(days=7),
    "0m": timedelta(0),
    "999999d": timedelta(days=999_999),
    "P1D": timedelta(days=1),
    "PT1H": timedelta(hours=1),
    "PT90M": timedelta(minutes=90),
    "P1DT2H3M4S": timedelta(days=1, hours=2, minutes=3, seconds=4),
    "PT1H30S": timedelta(hours=1, seconds=30),
    "P0D": timedelta(0),
}
NO_DURATIONS = (
    # no number, no unit, or neither
    *("", "5", "h", "daily", "P", "PT", "P1", "PT5"),
    # a time that is begun and not given
    "P1DT",
    # other cases, blanks and line ends
    *("5M", "24H", "1D", "pt1h", "Pt1H", "5 m", " 5m", "5m ", "5m\n", "P1D\n"),
    # units out of order, or on the wrong side of the T
    *("PT5M1H", "P1H", "PT1D", "P1D2H", "1D2H"),
    # units with no fixed length, and ones that the queries do not use
    *("P1Y", "P1M", "P1W", "1w", "1M"),
    # signs, fractions, several
    *("-5m", "+5m", "1.5h", "PT1.5H", "P-1D", "1h30m", "5m 5m"),
    # longer than any that is meant: timedelta would raise OverflowError for the larger ones
    *("1000000d", "P1000000D", "9" * 5_000 + "d", "PT" + "9" * 5_000 + "S"),
)


@pytest.mark.parametrize(("text", "duration"), DURATIONS.items())
def test_durations(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", NO_DURATIONS, ids=lambda text: repr(text[:12]))
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "threshold"),
    [("0", 0), ("0.0", 0), ("3", 3), ("3.0", 3), ("3.", 3), ("3.000", 3), ("010", 10), ("999999999", 999_999_999)],
)
def test_thresholds(text: str, threshold: int) -> None:
    assert parse_threshold(text) == threshold
    # `True` and `3.0` are equal to integers, and would be written otherwise.
    assert type(parse_threshold(text)) is int


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", ".0", "three", "2.5", "3.01", "3.0.0", "1e3", "0x3", "1_000", "1,000"),
        *("-1", "+1", " 3", "3 ", "3\n", "3.0\n", "inf", "nan", "True", "1000000000", "9" * 5_000),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_threshold(text: str) -> None:
    assert parse_threshold(text) is None


@pytest.mark.parametrize(
    ("text", "table", "product"),
    [
        ("SecurityAlert (MDATP)", "SecurityAlert", "MDATP"),
        ("SecurityAlert(MDATP)", "SecurityAlert", "MDATP"),
        ("SecurityAlert  (Azure Security Center)", "SecurityAlert", "Azure Security Center"),
        ("CommonSecurityLog (a (b))", "CommonSecurityLog", "a (b)"),
        ("SecurityAlert ()", "SecurityAlert", ""),
        # A product stands at the end, in a pair of parentheses, behind a table.
        ("SecurityAlert", "SecurityAlert", None),
        ("SecurityAlert (MDATP", "SecurityAlert (MDATP", None),
        ("SecurityAlert MDATP)", "SecurityAlert MDATP)", None),
        ("SecurityAlert (MDATP) new", "SecurityAlert (MDATP) new", None),
        ("SecurityAlert [MDATP]", "SecurityAlert [MDATP]", None),
        ("(MDATP)", "(MDATP)", None),
        ("Persistence_CL", "Persistence_CL", None),
        ("", "", None),
    ],
)
def test_data_types(text: str, table: str, product: str | None) -> None:
    assert parse_data_type(text) == (table, product)


def _entry(**fields: str) -> Entry:
    [entry] = entries(page(block(**fields)))
    return entry


def test_an_entry_has_its_parsed_forms_beside_the_text() -> None:
    entry = _entry(query_frequency="1h", query_period="P1D", trigger_threshold="3.0", data_type="SecurityAlert (MDATP)")
    assert (entry.query_frequency, entry.query_period, entry.trigger_threshold) == ("1h", "P1D", "3.0")
    assert (entry.frequency, entry.period, entry.threshold) == (timedelta(hours=1), timedelta(days=1), 3)
    assert (entry.data_type, entry.table, entry.product) == ("SecurityAlert (MDATP)", "SecurityAlert", "MDATP")


@pytest.mark.parametrize("text", ["", "daily"])
def test_an_entry_without_values_that_can_be_parsed_has_none(text: str) -> None:
    entry = _entry(query_frequency=text, query_period=text, trigger_threshold=text)
    assert (entry.frequency, entry.period, entry.threshold) == (None, None, None)


def test_an_entry_without_a_data_type_has_no_table() -> None:
    entry = _entry(data_type="")
    assert (entry.table, entry.product) == (None, None)


def test_a_connector_names_each_table_once() -> None:
    data_types = ("SecurityAlert (MDATP)", "Syslog", "SecurityAlert (OATP)", "SecurityAlert")
    assert Connector(id="A", data_types=data_types).tables == ("SecurityAlert", "Syslog")
    assert Connector(id="A").tables == ()


DETECTION = Detection(id="a", key="a", title="Title", query="A", rows=Rows(seen=1, product=1))
CATALOGUE = Catalogue(rulefold="1.0.0", detections=(DETECTION,))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (_entry(), "title"),
        (_entry(), "where"),
        (CATALOGUE, "detections"),
        (CATALOGUE, "counts"),
        (CATALOGUE.counts, "errors"),
        (DETECTION, "severity"),
        (DETECTION.rows, "missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_models_are_frozen(model: Entry | Catalogue | Counts | Detection | Rows, name: str) -> None:
    value = getattr(model, name)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(model, name, value)
    with pytest.raises(ValidationError, match="frozen"):
        delattr(model, name)


def test_a_model_takes_no_attribute_of_another_name() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CATALOGUE.extra = "a"  # type: ignore[attr-defined]


def test_entries_are_hashable_and_equal_wherever_they_stand() -> None:
    first, second = entries(page(block(), block()))
    assert first.where.line != second.where.line
    assert first == second
    assert len({first, second}) == 1
    assert first != _entry(title="Another")


def _with(data: dict[str, object], path: str, value: object) -> dict[str, object]:
    """Data with one more key; `path` leads there through keys, or `0` for the first of several."""
    *way, last = path.split(".")
    inner: object = data
    for step in way:
        inner = inner[0] if isinstance(inner, list) else inner[step] if isinstance(inner, dict) else None
    assert isinstance(inner, dict)
    inner[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", "1.0.0"),
        ("source.page", "1.md"),
        ("counts.skipped", 1),
        ("detections.0.tactic", "Impact"),
        ("detections.0.Title", "Title"),
        ("detections.0.rows.total", 1),
        ("detections.0.inferred.tactics", []),
    ],
)
def test_a_catalogue_with_a_key_too_many_is_refused(path: str, value: object) -> None:
    data = _with(CATALOGUE.model_dump(mode="json"), path, value)
    with pytest.raises(ValidationError, match="Extra inputs are not permitted") as refused:
        Catalogue.model_validate(data)
    assert [error["type"] for error in refused.value.errors()] == ["extra_forbidden"]
    assert ".".join(map(str, refused.value.errors()[0]["loc"])) == path


def test_an_entry_with_a_key_too_many_is_refused() -> None:
    fields = dict(_entry())
    assert Entry(**fields) == _entry()
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Entry.model_validate(fields | {"tactics": ("Impact",)})


@pytest.mark.parametrize("name", ["id", "key", "title", "query", "rows"])
def test_a_detection_without_what_each_has_is_refused(name: str) -> None:
    data = DETECTION.model_dump(exclude={name})
    with pytest.raises(ValidationError, match="Field required"):
        Detection.model_validate(data)


def test_only_true_marks_a_connector_as_invented() -> None:
    assert Connector(id="CustomConnector", invented=True).invented is True
    with pytest.raises(ValidationError):
        Connector.model_validate({"id": "CustomConnector", "invented": False})


def test_absent_values_are_left_out_of_what_is_written() -> None:
    # An empty set is a statement and stays; only None is an absent value.
    assert DETECTION.model_dump(exclude_none=True) == {
        "id": "a",
        "key": "a",
        "title": "Title",
        "description": "",
        **dict.fromkeys(("tactics", "techniques", "platforms", "data_types", "connectors", "sources", "notes"), ()),
        "query": "A",
        "rows": {"seen": 1, "product": 1, "missing": ()},
        "inferred": {"rows": (), "platforms": {}},
    }
    assert Connector(id="A").model_dump(exclude_none=True) == {"id": "A", "data_types": (), "platforms": ()}
    assert Schedule(trigger_threshold=0).model_dump(exclude_none=True) == {"trigger_threshold": 0}


@pytest.mark.parametrize("threshold", [3, 0, "2.5", "many"])
def test_a_threshold_stays_a_number_or_text(threshold: int | str) -> None:
    schedule = Schedule(query_frequency="1h", trigger_threshold=threshold)
    again = Schedule.model_validate_json(schedule.model_dump_json(exclude_none=True))
    assert again == schedule
    assert type(again.trigger_threshold) is type(threshold)


def test_what_is_written_reads_back() -> None:
    full = DETECTION.model_copy(
        update={"severity": "High", "schedule": Schedule(query_period="1d"), "connectors": (Connector(id="A"),)}
    )
    catalogue = CATALOGUE.model_copy(update={"detections": (DETECTION, full)})
    assert Catalogue.model_validate_json(catalogue.model_dump_json(exclude_none=True)) == catalogue


@pytest.mark.parametrize("text", ["٣h", "３d", "PT٣H", "P３D"])
def test_a_duration_is_in_ascii_digits(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize("text", ["３", "３.0", "٣"])
def test_a_threshold_is_in_ascii_digits(text: str) -> None:
    assert parse_threshold(text) is None


def test_a_dumped_entry_does_not_carry_its_page() -> None:
    [entry] = entries(page(block()))
    assert "where" not in entry.model_dump()
    assert entry.model_dump()["tactic"] == "Impact"
