"""Rule tests: cases with events and what a detection is to find in them, kept as YAML beside the pages.

What runs them, `running`, needs the engine, and is imported where they are run.
"""

from rulefold.ruletests.cases import Case, CaseFile, read_cases
from rulefold.ruletests.finding import FOLDER, case_files, cases_beside, pages_of_cases, with_tests

__all__ = ["FOLDER", "Case", "CaseFile", "case_files", "cases_beside", "pages_of_cases", "read_cases", "with_tests"]
