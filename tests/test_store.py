"""Output folders: files replaced whole, and nothing touched that is not ours."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from rulefold.store import MANIFEST, Difference, check_output, load_catalogue, read_manifest, write_output

FILES = {"catalogue.json": b"{}\n", "kql/a.kql": b"A\n", "kql/b.kql": b"B\r\n\xff", "rejects/p.md": b""}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A folder that holds FILES."""
    write_output(tmp_path / "output", FILES)
    return tmp_path / "output"


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder but its manifest."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != MANIFEST}


def write_manifest(folder: Path, data: bytes) -> None:
    (folder / MANIFEST).write_bytes(data)


def manifest_of(files: dict[str, bytes]) -> bytes:
    return json.dumps({"files": {path: sha256(data).hexdigest() for path, data in files.items()}}).encode()


def test_files_are_written_as_they_are(tmp_path: Path) -> None:
    written = write_output(tmp_path / "a" / "b", FILES)
    assert contents(tmp_path / "a" / "b") == FILES
    assert (written.changed, written.unchanged, written.removed, written.kept) == (4, 0, (), ())


def test_the_manifest_names_each_file_with_its_hash(output: Path) -> None:
    assert read_manifest(output) == {path: sha256(data).hexdigest() for path, data in FILES.items()}
    assert json.loads((output / MANIFEST).read_text())["files"] == read_manifest(output)


def test_a_second_write_touches_nothing(output: Path) -> None:
    def stamps() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in output.rglob("*")}

    for path in output.rglob("*"):
        os.utime(path, ns=(10**18, 10**18))
    before = stamps()
    written = write_output(output, FILES)
    assert stamps() == before
    assert (written.changed, written.unchanged) == (0, 4)


def test_a_changed_file_is_replaced_whole(output: Path) -> None:
    with (output / "kql" / "a.kql").open("rb") as reader:
        write_output(output, FILES | {"kql/a.kql": b"other"})
        assert reader.read() == b"A\n"  # who has the old file open goes on reading it
    assert (output / "kql" / "a.kql").read_bytes() == b"other"


def test_a_link_is_replaced_and_not_followed(output: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.kql"
    target.write_bytes(b"not ours")
    (output / "kql" / "a.kql").unlink()
    (output / "kql" / "a.kql").symlink_to(target)
    write_output(output, FILES)
    assert target.read_bytes() == b"not ours"
    assert contents(output) == FILES
    assert not (output / "kql" / "a.kql").is_symlink()


def test_stale_files_are_removed_with_their_folders(output: Path) -> None:
    fewer = {"catalogue.json": b"{}\n", "kql/b.kql": b"B\r\n\xff"}
    written = write_output(output, fewer)
    assert contents(output) == fewer
    assert sorted(written.removed) == ["kql/a.kql", "rejects/p.md"]
    assert not (output / "rejects").exists()
    assert sorted(read_manifest(output)) == sorted(fewer)


def test_a_stale_file_that_was_edited_stays(output: Path) -> None:
    (output / "kql" / "a.kql").write_bytes(b"edited")
    written = write_output(output, {"catalogue.json": b"{}\n"})
    assert (written.removed, written.kept) == (("kql/b.kql", "rejects/p.md"), ("kql/a.kql",))
    assert contents(output) == {"catalogue.json": b"{}\n", "kql/a.kql": b"edited"}
    # The next manifest does not name it: from now on it is not ours
    assert write_output(output, {"catalogue.json": b"{}\n"}).kept == ()


def test_a_folder_in_the_place_of_a_stale_file_stays(output: Path) -> None:
    (output / "kql" / "a.kql").unlink()
    (output / "kql" / "a.kql").mkdir()
    (output / "kql" / "a.kql" / "note").write_bytes(b"not ours")
    assert write_output(output, {"catalogue.json": b"{}\n"}).kept == ("kql/a.kql",)
    assert contents(output) == {"catalogue.json": b"{}\n", "kql/a.kql/note": b"not ours"}


def test_foreign_files_are_not_touched(output: Path) -> None:
    foreign = {"notes.txt": b"mine", "kql/mine.kql": b"mine", "rejects/.keep": b"", ".git/config": b"x"}
    for path, data in foreign.items():
        (output / path).parent.mkdir(exist_ok=True)
        (output / path).write_bytes(data)
    write_output(output, {"catalogue.json": b"{}\n"})
    assert contents(output) == {"catalogue.json": b"{}\n", **foreign}


def test_a_stale_file_that_is_gone_already(output: Path) -> None:
    (output / "kql" / "a.kql").unlink()
    written = write_output(output, {"catalogue.json": b"{}\n"})
    assert "kql/a.kql" not in (*written.removed, *written.kept)


@pytest.mark.parametrize(
    "path",
    ["../outside.txt", "kql/../../outside.txt", "/{folder}/outside.txt", "..\\outside.txt", ".", "", "..", "kql/.."],
)
def test_a_manifest_reaches_nothing_outside(output: Path, path: str) -> None:
    outside = output.parent / "outside.txt"
    outside.write_bytes(b"not ours")
    path = path.format(folder=output.parent.as_posix().strip("/"))
    write_manifest(output, manifest_of({path: b"not ours", **FILES}))
    assert path not in read_manifest(output)
    written = write_output(output, {"catalogue.json": b"{}\n"})
    assert outside.read_bytes() == b"not ours"
    assert sorted(written.removed) == sorted(FILES.keys() - {"catalogue.json"})


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "C:\\x", "C:x", "\\\\server\\x", "a\nb"])
def test_a_manifest_with_a_path_that_is_none(output: Path, path: str) -> None:
    write_manifest(output, manifest_of({path: b"x", **FILES}))
    assert read_manifest(output).keys() == FILES.keys()
    assert len(write_output(output, {}).removed) == 4


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"null", b"[]", b'"x"', b"1", b"\xff", b"{}", b'{"files": null}', b'{"files": []}'),
        *(b'{"files": ["kql/a.kql"]}', b'{"files": {"kql/a.kql": 1}}', b'{"files": {"kql/a.kql": null}}'),
        b'{"files": {"kql/a.kql": "not its hash"}}',
    ],
)
def test_a_broken_manifest_removes_nothing(output: Path, data: bytes) -> None:
    write_manifest(output, data)
    assert write_output(output, {"new": b"x"}).removed == ()
    assert contents(output) == {**FILES, "new": b"x"}
    assert read_manifest(output).keys() == {"new"}


@pytest.mark.parametrize("blocked", ["kql/a.kql", MANIFEST])
def test_a_write_that_fails_leaves_no_part_of_a_file(output: Path, blocked: str) -> None:
    (output / blocked).unlink()
    (output / blocked).mkdir()
    before = contents(output)
    with pytest.raises(OSError, match=blocked):
        write_output(output, {**FILES, "kql/a.kql": b"changed"})
    after = contents(output)
    assert after.keys() == before.keys()
    assert not [path for path in output.rglob("*") if path.name.endswith(".tmp")]


def test_a_write_that_is_cut_off_leaves_the_old_file(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: str, target: str) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("rulefold.store.os.replace", fail)
    with pytest.raises(OSError, match="the disk is full"):
        write_output(output, {**FILES, "kql/a.kql": b"changed"})
    assert contents(output) == FILES
    assert read_manifest(output).keys() == FILES.keys()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="no folder is read-only to root")
def test_a_folder_that_is_read_only(output: Path) -> None:
    (output / "kql").chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            write_output(output, {**FILES, "kql/a.kql": b"changed"})
        assert contents(output) == FILES
    finally:
        (output / "kql").chmod(0o700)


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes(b"not ours")
    with pytest.raises(OSError, match="output"):
        write_output(tmp_path / "output", FILES)
    assert (tmp_path / "output").read_bytes() == b"not ours"


def test_what_is_current_has_no_difference(output: Path) -> None:
    assert check_output(output, FILES) == []
    (output / "foreign.txt").write_bytes(b"")
    assert check_output(output, FILES) == []


def test_differences(output: Path) -> None:
    files = {**FILES, "kql/a.kql": b"A\n| take 1\n", "kql/c.kql": b"C\n"}
    del files["rejects/p.md"]
    found = {difference.path: difference for difference in check_output(output, files)}
    assert {path: difference.kind for path, difference in found.items()} == {
        "kql/a.kql": "changed",
        "kql/c.kql": "missing",
        MANIFEST: "changed",
        "rejects/p.md": "surplus",
    }
    assert found["kql/a.kql"].lines == (
        "--- kql/a.kql (as it is)",
        "+++ kql/a.kql (as it would be)",
        "@@ -1 +1,2 @@",
        " A",
        "+| take 1",
    )
    assert found["kql/c.kql"].lines == found["rejects/p.md"].lines == ()


def test_a_check_writes_nothing(tmp_path: Path, output: Path) -> None:
    write_manifest(output, b"{")
    before = contents(tmp_path)
    assert check_output(output, {"kql/a.kql": b"x", "new": b""})
    assert check_output(tmp_path / "absent", FILES)[0] == Difference("catalogue.json", "missing")
    assert contents(tmp_path) == before
    assert not (tmp_path / "absent").exists()


def test_a_long_difference_is_cut(output: Path) -> None:
    lines = b"".join(b"line %d\n" % n for n in range(500))
    write_output(output, {"a": lines})
    (difference,) = [d for d in check_output(output, {"a": lines.replace(b"line", b"other")}) if d.path == "a"]
    assert len(difference.lines) == 41
    assert difference.lines[-1] == "…"


def test_a_check_finds_what_a_write_puts_right(output: Path) -> None:
    files = {"kql/a.kql": b"new", "catalogue.json": b"{}\n"}
    assert check_output(output, files)
    write_output(output, files)
    assert check_output(output, files) == []


def test_a_catalogue_is_read_from_its_folder_or_file(output: Path) -> None:
    write_output(output, {"catalogue.json": b'{"rulefold": "0.1.0"}'})
    from_folder, from_file = load_catalogue(output), load_catalogue(output / "catalogue.json")
    assert from_folder
    assert from_folder == from_file
    assert from_folder.detections == ()


@pytest.mark.parametrize("name", ["pages", "pages/one.md", "absent", "absent/catalogue.json"])
def test_other_paths_are_no_catalogue(tmp_path: Path, name: str) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "one.md").write_bytes(b"")
    assert load_catalogue(tmp_path / name) is None


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"rulefold": 1}', b'{"rulefold": "1", "x": 1}', b"\xff"])
def test_a_catalogue_that_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "catalogue.json").write_bytes(data)
    with pytest.raises(ValueError, match=r"catalogue\.json: not a catalogue"):
        load_catalogue(tmp_path)


def test_a_name_that_changed_its_case(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where names are compared without case, the stale file and the new one are the same, and must be there in the end
    def any_case(path: str | Path) -> Path:
        path = Path(path)
        found = [other for other in path.parent.glob("*") if other.name.lower() == path.name.lower()]
        return found[0] if found else path

    unlink, replace = Path.unlink, os.replace
    monkeypatch.setattr("rulefold.store.Path.unlink", lambda path: unlink(any_case(path)))
    monkeypatch.setattr("rulefold.store.os.replace", lambda source, target: replace(source, any_case(target)))
    files = {**FILES, "kql/A.kql": b"A\n"}
    del files["kql/a.kql"]
    write_output(output, files)
    assert {path.lower(): data for path, data in contents(output).items()} == FILES
