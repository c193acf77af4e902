"""The worst day: builds that are killed, disks that are full or read-only, pages that vanish or are none."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from rulefold.cli import main
from rulefold.inputs import find_pages
from rulefold.store import MANIFEST, check_output, read_manifest, write_output
from tests.pages_text import block, guid, page

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills, mounts and pipes as Linux has them")

RULEFOLD = [sys.executable, "-m", "rulefold"]
MINE = {"notes.txt": b"mine\n", "kql/mine.kql": b"mine\n", "kql/.mine.kql.12.tmp": b"mine\n", ".x.tmp": b"mine\n"}
_FULL = re.compile(r"rulefold: \S+: No space left on device\n")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds remember each other in the working folder."""
    monkeypatch.chdir(tmp_path)


def pages_in(folder: Path, rules: int, mark: str) -> Path:
    """A page of so many rules; a second mark changes every rule but the first, and one in ten has another id."""
    folder.mkdir(exist_ok=True)
    blocks = [block("Rule 0", id=guid(0), query="T" + "\n| where a" * 20)]
    for n in range(1, rules):
        own = guid(n + 50_000 * (n % 10 == 0) * len(mark))
        blocks.append(block(f"Rule {n} {mark}", id=own, url=f"u{n}", query=f"T{n}" + f"\n| where {mark}" * 20))
    (folder / "1.md").write_text(page(*blocks), encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def put(folder: Path, files: dict[str, bytes]) -> None:
    """Files that somebody puts into a folder."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run rulefold to its end, which must come."""
    return subprocess.run([*RULEFOLD, *arguments], capture_output=True, text=True, timeout=100)


def run_here(*arguments: str | Path) -> int:
    """Run rulefold within this process, which takes a third of the time."""
    return CliRunner().invoke(main, list(map(str, arguments))).exit_code


@dataclass(frozen=True)
class Moment:
    """A moment of a run in seconds: from its start, or from where its writing begins."""

    seconds: float
    of_writing: bool

    def kill(self, command: list[str | Path], output: Path) -> bool:
        """Run a command and kill it at this moment; whether it was still running."""
        before = (output / MANIFEST).read_bytes()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if self.of_writing:
                await_writing(process, output, before)
            time.sleep(self.seconds)
            return process.poll() is None
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def await_writing(process: subprocess.Popen[bytes], output: Path, before: bytes) -> None:
    """Wait until the manifest changes, with which writing begins, or the process ends."""
    until = time.monotonic() + 100
    while process.poll() is None and time.monotonic() < until and (output / MANIFEST).read_bytes() == before:
        time.sleep(0.0005)


def moments(number: int, command: list[str | Path], output: Path) -> list[Moment]:
    """Moments of a run, the same share of it each time: two in three while it writes, the others anywhere."""
    before = (output / MANIFEST).read_bytes()
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    await_writing(process, output, before)
    writing = time.monotonic()
    assert process.wait(100) == 0
    end = time.monotonic()
    random = Random(5)  # noqa: S311 - the same moments in every run
    return [
        Moment(random.random() * (end - (writing if n % 3 else start)), of_writing=n % 3 > 0) for n in range(number)
    ]


def check_whole(found: dict[str, bytes], old: dict[str, bytes], new: dict[str, bytes], mine: dict[str, bytes]) -> None:
    """No file is torn, and none of the user's is lost; the only other files are temporary ones."""
    assert {path: found.get(path) for path in mine} == mine
    for path, data in found.items():
        if path != MANIFEST and path not in mine and not path.endswith(".tmp"):
            assert data in (old.get(path), new.get(path)), path
    kept = old.keys() & new.keys()
    assert kept <= found.keys()
    json.loads(found[MANIFEST])


COMMANDS = {
    "build": (["build", "--no-queries"], 50),
    "import": (["import", "--from", "jsonl"], 4),
    "export": (["export", "sentinel-yaml"], 4),
    "coverage": (["coverage"], 4),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (number > 10)) for name, (_, number) in COMMANDS.items()]
)
def test_a_kill_tears_nothing_and_the_next_run_makes_it_right(tmp_path: Path, name: str) -> None:
    given, number = COMMANDS[name]
    inputs = [pages_in(tmp_path / "old", 60, "a"), pages_in(tmp_path / "new", 60, "bb")]
    if name == "import":
        for n, folder in enumerate(inputs):
            assert run("build", folder, "-o", tmp_path / f"built{n}").returncode == 0
        inputs = [tmp_path / "built0" / "catalogue.json", tmp_path / "built1" / "catalogue.json"]
    output, fresh, kept = tmp_path / "output", tmp_path / "fresh", tmp_path / "kept"
    assert run_here(*given, inputs[0], "-o", output) == 0
    old = contents(output)
    assert run_here(*given, inputs[1], "-o", fresh) == 0
    new = contents(fresh)
    put(output, MINE)
    shutil.copytree(output, kept)
    command: list[str | Path] = [*RULEFOLD, *given, inputs[1], "-o", output]
    cut_off = 0
    for moment in moments(number, command, output):
        shutil.rmtree(output)
        shutil.copytree(kept, output)
        cut_off += moment.kill(command, output)
        check_whole(contents(output), old, new, MINE)
        assert run_here(*given, inputs[1], "-o", output) == 0
        assert contents(output) == new | MINE
    assert cut_off >= number // 4, "too few kills came in time"


@pytest.mark.parametrize("others", [("old", "new"), ("new", "new")], ids=["of other pages", "of the same pages"])
def test_two_builds_at_once(tmp_path: Path, others: tuple[str, str]) -> None:
    folders = {"old": pages_in(tmp_path / "old", 150, "a"), "new": pages_in(tmp_path / "new", 150, "bb")}
    output, random = tmp_path / "output", Random(7)  # noqa: S311 - the same pauses in every run
    ends = []
    for name, folder in folders.items():
        assert run_here("build", "--no-queries", folder, "-o", tmp_path / f"{name}-built") == 0
        ends.append(contents(tmp_path / f"{name}-built") | MINE)
    put(output, MINE)
    for _ in range(4):
        builds = []
        for name in others:
            builds.append(subprocess.Popen([*RULEFOLD, "build", "--no-queries", folders[name], "-o", output]))
            time.sleep(random.random() / 10)
        assert [build.wait(100) for build in builds] == [0, 0]
        assert contents(output) in ends


def test_a_build_that_is_suspended_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rulefold.store.WAIT", 0.1)
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    assert write_output(tmp_path, {"a": b"1"}).changed == 1
    os.close(other)


def test_the_build_after_a_kill_may_be_of_other_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "output"
    write_output(output, {"a": b"1", "kql/b": b"1"})
    cut_off_after(2, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        write_output(output, {"a": b"2", "kql/c": b"2", "kql/d": b"2"})
    monkeypatch.undo()
    assert contents(output).keys() == {MANIFEST, "a"}  # b is stale, and neither c nor d was reached
    cut_off_after(2, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        write_output(output, {"a": b"2", "kql/c": b"2", "kql/d": b"2"})
    monkeypatch.undo()
    assert contents(output).keys() == {MANIFEST, "a", "kql/c"}
    assert write_output(output, {"a": b"3"}).removed == ("kql/c",)
    assert contents(output).keys() == {MANIFEST, "a"}
    assert read_manifest(output).keys() == {"a"}


def cut_off_after(writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so many files be put in place, and then nothing more."""
    replace, done = os.replace, iter(range(writes))

    def cut_off(source: str, target: str) -> None:
        if next(done, None) is None:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr("rulefold.store.os.replace", cut_off)


def test_what_was_edited_after_a_kill_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_output(tmp_path, {"a": b"1"})
    cut_off_after(3, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        write_output(tmp_path, {"a": b"2", "b": b"2", "c": b"2"})
    monkeypatch.undo()
    (tmp_path / "b").write_bytes(b"edited")
    assert write_output(tmp_path, {"a": b"3"}).kept == ("b",)
    assert (tmp_path / "b").read_bytes() == b"edited"


def test_an_output_that_was_cut_off_is_not_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off_after(2, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        write_output(tmp_path, {"a": b"2", "b": b"2"})
    monkeypatch.undo()
    assert {one.path: one.kind for one in check_output(tmp_path, {"b": b"2"})} == {
        "b": "missing",
        MANIFEST: "changed",
        "a": "surplus",
    }


LEFTOVERS = [".a.1.tmp", ".a.99999.tmp", ".manifest.json.7.tmp", "kql/.b.12.tmp"]
NOT_OURS = [".a.tmp", "a.1.tmp", ".a.x.tmp", ".c.1.tmp", ".a.1.tmp.bak", "kql/.a.1.tmp", "other/.a.1.tmp", ".b.12.tmp"]


def test_leftovers_of_our_files_are_removed_and_nothing_else(tmp_path: Path) -> None:
    files = {"a": b"1", "kql/b": b"1"}
    write_output(tmp_path, files)
    put(tmp_path, dict.fromkeys([*LEFTOVERS, *NOT_OURS], b""))
    (tmp_path / ".a.2.tmp").mkdir()
    (tmp_path / ".a.3.tmp").symlink_to("a")
    write_output(tmp_path, files)
    assert contents(tmp_path).keys() == {*files, MANIFEST, *NOT_OURS, ".a.3.tmp"}
    assert (tmp_path / ".a.2.tmp").is_dir()


def test_what_another_build_is_writing_is_no_leftover(tmp_path: Path) -> None:
    put(tmp_path, {".a.1.tmp": b"half"})
    with (tmp_path / ".a.1.tmp").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        write_output(tmp_path, {"a": b"1"})
        assert (tmp_path / ".a.1.tmp").read_bytes() == b"half"
    write_output(tmp_path, {"a": b"1"})
    assert not (tmp_path / ".a.1.tmp").exists()


def test_a_process_with_our_number_on_another_machine(tmp_path: Path) -> None:
    name = f".a.{os.getpid()}.tmp"
    put(tmp_path, {name: b"half"})
    with (tmp_path / name).open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        write_output(tmp_path, {"a": b"1"})
        assert contents(tmp_path).items() >= {"a": b"1", name: b"half"}.items()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory with room for 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("a file system can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk(tmp_path: Path, small_disk: Path, name: str) -> None:
    given, _ = COMMANDS[name]
    inputs: list[Path] = [pages_in(tmp_path / "few", 2, "a"), pages_in(tmp_path / "many", 150, "bb")]
    if name == "import":
        for n, folder in enumerate(inputs):
            assert run("build", folder, "-o", tmp_path / f"built{n}").returncode == 0
        inputs = [tmp_path / "built0" / "catalogue.json", tmp_path / "built1" / "catalogue.json"]
    given = [*given, "--format", "json,kql"] if name in ("build", "import") else given
    given = [*given, "--format", "json,csv"] if name == "coverage" else given
    output, fresh = small_disk / "output", tmp_path / "fresh"
    assert run(*given, inputs[0], "-o", output).returncode == 0
    assert run(*given, inputs[1], "-o", fresh).returncode == 0
    old, new = contents(output), contents(fresh)
    put(output, {"notes.txt": b"mine"})
    fill(small_disk / "filling", 64 * 1024)
    done = run(*given, inputs[1], "-o", output)
    assert done.returncode == 4, done
    assert _FULL.fullmatch(done.stderr.splitlines(keepends=True)[-1]), done.stderr
    check_whole(contents(output), old, new, {"notes.txt": b"mine"})
    assert not list(output.rglob("*.tmp"))
    (small_disk / "filling").unlink()
    subprocess.run(["mount", "-o", "remount,size=40m", small_disk], check=True)
    assert run(*given, inputs[1], "-o", output).returncode == 0
    assert contents(output) == new | {"notes.txt": b"mine"}


def fill(path: Path, leave: int) -> None:
    """Fill the disk that a file lies on."""
    with path.open("wb", buffering=0) as file:
        with pytest.raises(OSError, match="No space left"):
            file.writelines(repeat(bytes(4096)))
        file.truncate(max(0, file.tell() - leave))


def test_an_output_that_is_read_only(tmp_path: Path, small_disk: Path) -> None:
    folder, output = pages_in(tmp_path / "pages", 2, "a"), small_disk / "output"
    assert run("build", folder, "-o", output).returncode == 0
    old = contents(output)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert run("build", folder, "-o", output).returncode == 0  # it is current, so that nothing has to be written
    done = run("build", pages_in(tmp_path / "pages", 3, "bb"), "-o", output)
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1] == f"rulefold: {output}/manifest.json: Read-only file system"
    assert contents(output) == old


def test_a_file_in_place_of_the_output(tmp_path: Path) -> None:
    folder, output = pages_in(tmp_path / "pages", 2, "a"), tmp_path / "output"
    output.write_bytes(b"mine")
    done = run("build", folder, "-o", "output")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (4, "rulefold: output: a file, expected a folder")
    assert output.read_bytes() == b"mine"


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    folder, output = pages_in(tmp_path / "pages", 2, "a"), tmp_path / "output"
    put(output, {"INDEX.md/mine": b"mine"})
    done = run("build", folder, "-o", "output")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (4, "rulefold: output/INDEX.md: Is a directory")
    assert contents(output)["INDEX.md/mine"] == b"mine"
    shutil.rmtree(output / "INDEX.md")
    assert run("build", folder, "-o", "output").returncode == 0
    assert run("build", folder, "-o", tmp_path / "fresh").returncode == 0
    assert contents(output) == contents(tmp_path / "fresh")


def test_an_output_that_was_edited(tmp_path: Path) -> None:
    folder, output = pages_in(tmp_path / "pages", 11, "a"), tmp_path / "output"
    assert run("build", folder, "-o", output).returncode == 0
    written = contents(output)
    edited = {"INDEX.md": b"mine", f"kql/{guid(50_010)}.kql": b"mine"}
    put(output, edited)
    assert run("build", folder, "-o", output, "--check").returncode == 1
    assert contents(output) == written | edited
    done = run("build", pages_in(tmp_path / "pages", 10, "a"), "-o", output)
    assert f"not removed, because changed since they were written: kql/{guid(50_010)}.kql" in done.stderr
    assert contents(output)[f"kql/{guid(50_010)}.kql"] == b"mine"
    assert contents(output)["INDEX.md"] != b"mine"  # what is written is written anew


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of pages, within the working folder."""
    return pages_in(tmp_path / "pages", 2, "a").relative_to(tmp_path)


def refused(*arguments: str, code: int = 4) -> str:
    """The line that is told where a build ends with a code and writes nothing."""
    done = run("build", *arguments, "-o", "output")
    assert (done.returncode, Path("output").exists()) == (code, False), done
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_a_broken_link_in_a_folder(pages: Path) -> None:
    (pages / "2.md").symlink_to("nowhere")
    assert refused("pages") == "rulefold: pages/2.md: No such file or directory"


def test_a_link_that_leads_to_itself(pages: Path) -> None:
    (pages / "2.md").symlink_to("2.md")
    assert refused("pages") == "rulefold: pages/2.md: Too many levels of symbolic links"
    assert "no such file or folder" in refused("pages/2.md", code=2)


def test_a_folder_that_is_named_like_a_page(pages: Path) -> None:
    (pages / "2.md").mkdir()
    (pages / "3.md").symlink_to(".")  # a folder within itself
    assert [found.name for found in find_pages(["pages"])] == ["pages/1.md"]
    assert run("build", "pages", "-o", "output").returncode == 0


def test_a_device(pages: Path) -> None:
    (pages / "2.md").symlink_to("/dev/zero")
    assert refused("pages") == "rulefold: pages/2.md: a device or a folder, expected a file"
    assert refused("/dev/zero") == "rulefold: /dev/zero: a device or a folder, expected a file"


def test_a_pipe_that_nobody_writes_to(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rulefold.inputs.WRITER_WAIT", 0.1)
    os.mkfifo("pages/2.md")
    _, pipe = find_pages(["pages"])
    with pytest.raises(OSError, match="nobody writes to this pipe"):
        pipe.read()


def test_a_pipe_whose_writer_comes_late_and_takes_time(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rulefold.inputs.WRITER_WAIT", 0.5)
    os.mkfifo("pages/2.md")
    text = b"## A rule\n" * 20_000

    def write() -> None:
        time.sleep(0.2)
        with Path("pages/2.md").open("wb") as file:
            time.sleep(1)
            file.write(text)

    writer = threading.Thread(target=write)
    writer.start()
    _, pipe = find_pages(["pages"])
    assert pipe.read().data == text
    writer.join()


def test_a_page_that_vanishes(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pages / "2.md").write_bytes(b"## A rule\n")
    found = find_pages(["pages"])
    (pages / "2.md").unlink()
    with pytest.raises(FileNotFoundError, match=r"2\.md"):
        [one.read() for one in found]


def test_a_page_that_vanishes_from_under_a_build(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ = os.open

    def vanishing(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith("1.md"):
            Path(path).unlink()
        return open_(path, flags, mode)

    monkeypatch.setattr("rulefold.inputs.os.open", vanishing)
    done = CliRunner().invoke(main, ["build", "pages", "-o", "output"])
    assert (done.exit_code, done.output) == (4, "rulefold: pages/1.md: No such file or directory\n")
    assert not Path("output").exists()


@pytest.mark.parametrize("changes", [1, 2, 3])
def test_a_page_that_changes_while_it_is_read(pages: Path, monkeypatch: pytest.MonkeyPatch, changes: int) -> None:
    # It is read again, and given up where it never rests
    fstat, looks = os.fstat, iter(range(1, 100))

    def changing(descriptor: int) -> os.stat_result:
        n = next(looks)
        if n % 3 == 0 and n <= 3 * changes:  # opened, before, after
            with Path("pages/1.md").open("ab") as file:
                file.write(b"x")
        return fstat(descriptor)

    (one,) = find_pages(["pages"])
    monkeypatch.setattr("rulefold.inputs.os.fstat", changing)
    if changes < 3:
        assert one.read().data == Path("pages/1.md").read_bytes()
        return
    with pytest.raises(OSError, match="it changes while it is read"):
        one.read()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_page_that_may_not_be_read(pages: Path) -> None:
    (pages / "2.md").touch(0)
    assert refused("pages") == "rulefold: pages/2.md: Permission denied"


def test_a_refusal_of_the_disk_is_one_line(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "a\nb.md").symlink_to("nowhere")
    assert refused(".") == "rulefold: a\\nb.md: No such file or directory"


def test_names_that_are_no_text(pages: Path) -> None:
    (pages / "1.md").rename(os.fsdecode(b"pages/1\xff.md"))
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    command = [*RULEFOLD, "build", "pages", "-o", os.fsdecode(b"out\xff"), "--no-queries"]
    done = subprocess.run(command, capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    done = subprocess.run(command, capture_output=True, env=environment)  # as it is remembered
    assert (done.returncode, done.stderr) == (0, b"")
    assert Path(os.fsdecode(b"out\xff"), MANIFEST).is_file()
