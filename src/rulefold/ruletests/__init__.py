"""Rule tests: cases with events and what a detection is to find in them, kept as YAML beside the pages."""

from rulefold.ruletests.cases import Case, CaseFile, read_cases
from rulefold.ruletests.finding import FOLDER, case_files, pages_of_cases
from rulefold.ruletests.junit import as_junit
from rulefold.ruletests.running import Verdict, run_case
from rulefold.ruletests.skeleton import skeleton

__all__ = [
    "FOLDER",
    "Case",
    "CaseFile",
    "Verdict",
    "as_junit",
    "case_files",
    "pages_of_cases",
    "read_cases",
    "run_case",
    "skeleton",
]
