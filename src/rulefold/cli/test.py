"""`rulefold test`: cases kept as YAML beside the pages, and whether the detections find there what they are to find."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulefold.cli.options import (
    DEFAULT_PAGES,
    catalogue_of,
    functions_option,
    pages_of_settings,
    tables_option,
    watchlists_option,
    with_watchlists,
    workspace_of,
)
from rulefold.cli.run import limits_of
from rulefold.cli.terminal import plain, print_diagnostic

if TYPE_CHECKING:
    from rulefold.diagnostics import Diagnostic
    from rulefold.kql.engines.limits import Limits
    from rulefold.model import Catalogue, Detection
    from rulefold.ruletests.cases import CaseFile
    from rulefold.ruletests.running import Verdict
    from rulefold.workspace import Workspace

_COLOURS = {"-": "red", "+": "green"}


@click.command()
@click.argument("arguments", nargs=-1, metavar="ARG…")
@click.option(
    "--pages",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PAGES|DIR",
    help="Pages, a catalogue or an output folder with the detections; else the folder that the cases are kept in.",
)
@click.option("-k", "word", metavar="WORD", help="Only cases with this in their file's name, their title or name.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML, too.")
@click.option("--new", metavar="ID|TITLE", help="Write a file of cases to begin with for a detection, and run nothing.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file of --new.")
@tables_option
@functions_option
@watchlists_option
@click.option("--memory", default="4GB", show_default=True, metavar="SIZE", help="What a case may take of memory.")
@click.option("--timeout", default="1m", show_default=True, metavar="TIME", help="How long a case may run.")
def test(
    arguments: tuple[str, ...],
    pages: tuple[str, ...],
    word: str | None,
    junit: Path | None,
    new: str | None,
    output: Path | None,
    tables: tuple[Path, ...],
    functions: tuple[Path, ...],
    watchlists: Path | None,
    memory: str,
    timeout: str,
) -> int:
    """Run rule tests: whether detections find in the events of cases what they are to find.

    An ARG that names a path is a file of cases, a folder of them, or a folder of pages with cases in tests/; any other
    is the id or the title of a detection.  Without a path it is catalog/.
    """
    from rulefold.ruletests.finding import pages_of_cases

    paths = [Path(one) for one in arguments if Path(one).exists()]
    paths = paths or [Path(one) for one in pages_of_settings() or (DEFAULT_PAGES,)]
    homes = pages or tuple(str(one) for one in pages_of_cases(paths)) or pages_of_settings()
    catalogue = catalogue_of(homes)
    workspace = with_watchlists(workspace_of(tables, functions, homes), watchlists)
    if new is not None:
        return _new(catalogue, new, workspace, output)
    named = [one for one in arguments if not Path(one).exists()]
    suite = _Suite(catalogue, workspace, limits_of(memory, timeout, 1), word, named)
    return suite.run(_files(paths), junit)


def _new(catalogue: "Catalogue", wanted: str, workspace: "Workspace", output: Path | None) -> int:
    from rulefold.cli.browse import find
    from rulefold.ruletests.skeleton import skeleton

    text = skeleton(find(catalogue, wanted), workspace)
    if output is None:
        click.echo(text, nl=False)
        return 0
    if output.exists():
        raise click.UsageError(f"{output} is there already")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8", newline="")
    return 0


def _files(paths: Sequence[Path]) -> list[Path]:
    from rulefold.ruletests.finding import FOLDER, case_files

    try:
        files = case_files(paths)
    except FileNotFoundError as error:
        raise click.UsageError(f"{error}; name the cases, or run this where catalog/{FOLDER}/ is") from error
    if not files:
        raise click.UsageError(f"no cases in {', '.join(map(str, paths))} (looked for {FOLDER}/*.yaml)")
    return files


class _Suite:
    """All that is to be run, and what became of it."""

    def __init__(
        self, catalogue: "Catalogue", workspace: "Workspace", limits: "Limits", word: str | None, named: Sequence[str]
    ) -> None:
        from rulefold.cli.browse import find

        self._catalogue, self._workspace, self._limits = catalogue, workspace, limits
        self._word = (word or "").lower()
        self._keys = {find(catalogue, name).key for name in named}
        self._done: list[tuple[str, list[Diagnostic], list[Verdict]]] = []

    def run(self, files: Iterable[Path], junit: Path | None) -> int:
        """Run the cases of files, and print what becomes of them."""
        start = time.perf_counter()
        for path in files:
            self._file(path)
        if not self._done:
            raise click.UsageError("no case is named like this")
        if junit is not None:
            from rulefold.ruletests.junit import as_junit

            junit.parent.mkdir(parents=True, exist_ok=True)
            junit.write_bytes(as_junit(self._done))
        return self._summed_up(time.perf_counter() - start)

    def _file(self, path: Path) -> None:
        from rulefold.ruletests.cases import read_cases
        from rulefold.ruletests.running import run_case
        from rulefold.text import Source

        file, faults = read_cases(Source.decode(str(path), path.read_bytes()))
        detection = self._detection(file, faults) if file else None
        if self._keys and (detection is None or detection.key not in self._keys):
            return
        cases = [one for one in file.cases if self._is_meant(path, detection, one.name)] if file and detection else []
        if not cases and not (faults and self._is_meant(path, detection, "")):
            return
        click.echo(click.style(plain(f"{path}  {detection.title if detection else ''}".rstrip()), bold=True))
        for fault in faults:
            print_diagnostic(fault)
        verdicts: list[Verdict] = []
        self._done.append((str(path), faults, verdicts))
        if file is None or detection is None:
            return
        for case in cases:
            verdicts.append(run_case(file, case, detection, self._workspace, self._limits))
            _print(verdicts[-1])

    def _detection(self, file: "CaseFile", faults: "list[Diagnostic]") -> "Detection | None":
        from rulefold.cli.browse import find
        from rulefold.codes import UNKNOWN_DETECTION

        try:
            return find(self._catalogue, file.detection.text or "")
        except click.UsageError as error:
            faults.append(file.told(UNKNOWN_DETECTION, file.detection, f"found {' '.join(error.message.split())}"))
            return None

    def _is_meant(self, path: Path, detection: "Detection | None", name: str) -> bool:
        texts = (path.name, detection.key if detection else "", detection.title if detection else "", name)
        return any(self._word in text.lower() for text in texts)

    def _summed_up(self, seconds: float) -> int:
        verdicts = [verdict for _, _, some in self._done for verdict in some]
        passed = sum(verdict.passed for verdict in verdicts)
        failed = sum(bool(verdict.difference) for verdict in verdicts)
        unread = sum(bool(faults) for _, faults, _ in self._done)
        not_run = len(verdicts) - passed - failed + unread
        counts = ((passed, "passed"), (failed, "failed"), (not_run, "not run"))
        told = ", ".join(f"{count:,} {what}" for count, what in counts if count or what == "passed")
        click.secho(f"{told} in {seconds:.1f} s", fg="red" if failed or not_run else "green", bold=True)
        return int(bool(failed or not_run))


def _print(verdict: "Verdict") -> None:
    """A line for a case, and below it how what was found differs."""
    word, colour = ("ok", "green") if verdict.passed else ("FAILED", "red")
    word = "ERROR" if verdict.faults else word
    click.echo(f"  {click.style(word.ljust(6), fg=colour)}  {plain(verdict.case.name)}")
    for fault in verdict.faults:
        print_diagnostic(fault)
    if verdict.difference:
        click.echo(f"      {plain(str(verdict.file.source.place(verdict.case.start)))}")
    for line in verdict.difference:
        click.secho(f"      {plain(line.text)}", fg=_COLOURS.get(line.mark))
