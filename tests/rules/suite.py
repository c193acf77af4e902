"""The project's own rule tests: those of the seed, and those of rules of the real catalogue."""

from pathlib import Path

from rulefold.kql.engines.limits import Limits
from rulefold.model import Catalogue, Detection
from rulefold.ruletests.cases import CaseFile, read_cases
from rulefold.ruletests.running import Verdict, run_case
from rulefold.text import Source
from rulefold.workspace import Workspace
from tests.conftest import ROOT

CORPUS = Path(__file__).parent / "corpus"
SEED = ROOT / "catalog" / "tests" / "azure-vm-run-command.yaml"
_LIMITS = Limits.of("2GB", "60s", 1)


def read(path: Path) -> CaseFile:
    file, faults = read_cases(Source.decode(str(path), path.read_bytes()))
    assert file is not None, faults
    assert not faults
    return file


def detection_of(file: CaseFile, catalogue: Catalogue) -> Detection:
    return next(one for one in catalogue.detections if one.key == file.detection.text)


def verdicts(path: Path, catalogue: Catalogue, workspace: Workspace) -> list[Verdict]:
    file = read(path)
    detection = detection_of(file, catalogue)
    return [run_case(file, case, detection, workspace, _LIMITS) for case in file.cases]


def told(verdict: Verdict) -> str:
    lines = [line.text for line in verdict.difference] + [fault.message for fault in verdict.faults]
    return "\n".join([verdict.case.name, *lines])
