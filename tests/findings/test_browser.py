"""run.html in a real browser: whether it fits, and whether everybody can use it.

tests/report/browsing.py has what every page has to be.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rulefold.correlate import Run
from rulefold.findings import PAGE, Entry, Kind, page
from rulefold.kql import Result, ResultColumn, Timespan
from rulefold.kql.types import Type
from rulefold.model import Detection, Rows
from tests.report.browsing import Facts, PageTests, measure
from tests.report.browsing import modules as modules
from tests.report.hostile import NAMES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

A4 = (595, 842)  # points
NOW = datetime(2024, 5, 8, tzinfo=UTC)
DAY = Timespan(NOW - timedelta(days=1), NOW)
WEEK = Timespan(NOW - timedelta(days=7), NOW)


def detection(number: int, title: str, severity: str = "High") -> Detection:
    key = f"{number:08x}-0000-4000-8000-000000000000"
    return Detection(id=key, key=key, title=title, severity=severity, query="T", rows=Rows(seen=1, product=1))


def result(columns: int, rows: int, text: str = "a value") -> Result:
    """Rows of texts, numbers and times."""
    values = (text, 12_345, NOW)
    row = tuple(values[number % 3] for number in range(columns))
    types = (Type.STRING, Type.LONG, Type.DATETIME)
    return Result(tuple(ResultColumn(f"Column{n}", types[n % 3]) for n in range(columns)), (row,) * rows)


def run() -> list[Entry]:
    """A run in which something of each kind was found, also twice under one name, and by more rules than are open."""
    alerts = [
        Entry(detection(n, "Sign-in beside a new device"), Kind.ALERT, 112, 1.5, timespan=DAY, result=result(14, 20))
        for n in range(7)
    ]
    return [
        *alerts,
        Entry(detection(8, "Rare processes", ""), Kind.ROWS, 1, 0.01, result=result(2, 1, "word " * 90)),
        Entry(detection(9, "Quiet"), Kind.QUIET),
        Entry(detection(10, "Refused"), Kind.FAILED, reason="found autocluster, a plug-in that is not run"),
    ]


def backtest() -> list[Entry]:
    """A rule with alerts in most hours of a week, one with a single alert, and one with none."""
    times = [WEEK.start + timedelta(hours=hour) for hour in range(168) if hour % 24]
    often = tuple(Run(at, Timespan(at - timedelta(hours=1), at), 3, True, result(3, 3)) for at in times)
    return [
        Entry(detection(1, "Many tries"), Kind.ALERT, 3 * len(often), 2.5, times=168, alerts=often),
        Entry(detection(2, "Once", "Low"), Kind.ALERT, 3, times=7, alerts=often[:1]),
        Entry(detection(3, "Never"), Kind.QUIET, times=7),
    ]


def hostile() -> list[Entry]:
    """Texts that are no markup, and without a place to break, everywhere."""
    entries = []
    for number, name in enumerate(NAMES):
        found = Result((ResultColumn(name, Type.STRING), ResultColumn(name * 2, Type.STRING)), ((name, name * 4),) * 2)
        entries += [
            Entry(detection(number, name, name), Kind.ALERT, 2, timespan=DAY, result=found),
            Entry(detection(100 + number, name, name), Kind.FAILED, reason=name),
            Entry(detection(200 + number, name, name), Kind.QUIET),
        ]
    return entries


PAGES = {
    "run": lambda: page(run(), NOW, None, "events"),
    "backtest": lambda: page(backtest(), NOW, WEEK, "events"),
    "hostile": lambda: page(hostile(), NOW, None, NAMES[0] + "x" * 200),
    "nothing": lambda: page([], NOW, None, "events"),
}


@pytest.fixture(scope="module", params=PAGES)
def measured(request: pytest.FixtureRequest, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    file = tmp_path_factory.mktemp(request.param) / PAGE
    file.write_text(PAGES[request.param](), encoding="utf-8")
    return measure(modules, file, "slowest")


class TestPage(PageTests):
    """What is true of each page, of the page of a run."""


def test_the_keyboard_skips_to_what_was_found(measured: Facts) -> None:
    keyboard = measured["keyboard"]
    assert (keyboard["first"]["text"], keyboard["skipped"]) == ("Skip to what was found", "#found")


def test_a_fragment_is_seen(measured: Facts) -> None:
    assert measured["fragment"] == {"open": True, "seen": True, "others": 0}


def test_it_prints_on_a4_without_what_is_for_the_screen(measured: Facts) -> None:
    printed = measured["pdf"]
    assert (round(printed["width"]), round(printed["height"])) == A4
    assert 1 <= printed["pages"] <= 25
    assert printed["tools"] == []
