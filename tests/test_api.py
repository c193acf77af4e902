"""The Python interface, as the README shows it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import rulefold
import rulefold.folding  # the functions keep their names when modules are imported

CATALOG = Path(__file__).parents[1] / "catalog"


def test_read_fold_write(tmp_path: Path) -> None:
    entries, diagnostics = rulefold.read([CATALOG])
    assert len(entries) == 20
    assert diagnostics == []
    catalogue, findings = rulefold.fold(entries)
    assert [d.code for d in findings] == ["RF304"]
    written = rulefold.write(catalogue, tmp_path / "out", formats=["json", "kql"])
    assert written.changed == 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["catalogue.json", "kql", "manifest.json"]


def test_import_rules(tmp_path: Path) -> None:
    rulefold.write(rulefold.build([CATALOG]).catalogue, tmp_path / "out")
    imported = rulefold.import_rules([tmp_path / "out"])
    assert imported.catalogue.detections == rulefold.build([CATALOG]).catalogue.detections
    with pytest.raises(KeyError):
        rulefold.import_rules([tmp_path / "out"], "nothing")


def test_build_keeps_the_counts_and_the_source() -> None:
    built = rulefold.build([os.fspath(CATALOG)])
    assert (built.catalogue.counts.blocks, built.catalogue.counts.entries, built.catalogue.counts.rejects) == (
        20,
        20,
        0,
    )
    assert built.catalogue.source.pages[0].endswith("catalog/Rules_5587-5607.md")
    assert built.rejects == {}


def test_an_entry_says_where_its_parts_stand_and_what_they_mean() -> None:
    entry = rulefold.read([CATALOG])[0][0]
    assert [entry.place(part)[1:] for part in ("title", "description", "tactic", "ingested_date", "query")] == [
        (3, 4),
        (4, 1),
        (13, 11),
        (26, 17),
        (30, 1),
    ]
    assert (entry.table, entry.product, entry.frequency, entry.threshold) == ("DeviceFileEvents", None, None, None)


def test_entries_are_frozen_and_equal_wherever_they_stand() -> None:
    first, second, *_ = rulefold.read([CATALOG])[0]
    assert first.model_copy(update={"platform": second.platform}) == second
    assert first != second
    with pytest.raises(ValueError, match="frozen"):
        first.title = "other"  # type: ignore[misc]


def test_a_path_that_names_nothing_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such file or folder"):
        rulefold.read(["nowhere"])


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'unfold'"):
        _ = rulefold.unfold


def test_importing_the_package_loads_nothing() -> None:
    code = "import sys, rulefold; print('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
