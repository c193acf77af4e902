"""Which tables a query needs to return any row."""

import pytest

from rulefold.kql import analyse

TABLES = {name: {"k": "string", "x": "long"} for name in ("A", "B", "C", "D")}
CASES = {
    "A | where x > 1 | summarize count() by k": "A",
    "A | join kind=inner (B) on k": "A+B",
    "A | join (B | where x > 1) on k": "A+B",
    "A | join kind=leftouter (B) on k": "A",
    "A | join kind=leftanti (B) on k": "A",
    "A | join kind=leftsemi (B) on k": "A+B",
    "A | join kind=rightouter (B) on k": "B",
    "A | join kind=rightanti (B) on k": "B",
    "A | join kind=fullouter (B) on k": "A | B",
    "A | lookup (B) on k": "A",
    "A | lookup kind=inner (B) on k": "A+B",
    "union A, B": "A | B",
    "union isfuzzy=true A, Nope": "A | Nope",
    "A | union (B | join kind=inner C on k)": "A | B+C",
    "union A, (A | join kind=inner B on k)": "A",
    "union A, B | join kind=inner (union C, D) on k": "A+C | A+D | B+C | B+D",
    "let l = B | project k; A | where k in (l)": "A+B",
    "let l = B | project k; A | where x > 1 and k has_any (l)": "A+B",
    "let l = B | project k; A | where k !in (l)": "A",
    "let l = B | project k; A | where x > 1 or k in (l)": "A",
    "A | where x > toscalar(B | summarize max(x))": "A",
    "let f = () { A | join kind=inner B on k }; f | join kind=leftouter C on k": "A+B",
    "Nope | where a == 1": "Nope",
    "print 1": "",
    "_Im_Dns() | where x == 1": None,
    "union A, (_Im_Dns())": None,
    "A | where | take 1": None,
}


@pytest.mark.parametrize(("query", "expected"), CASES.items(), ids=CASES)
def test_needs(query: str, expected: str | None) -> None:
    found = analyse(query, TABLES).needs
    assert (None if found is None else " | ".join("+".join(one) for one in found)) == expected


def test_more_alternatives_than_are_worked_out_are_not_told() -> None:
    tables = {f"T{n}": {"k": "string"} for n in range(40)}
    unions = [f"(union {', '.join(f'T{n}' for n in range(start, start + 10))})" for start in range(0, 40, 10)]
    assert analyse(f"{unions[0]} | join kind=inner {unions[1]} on k", tables).needs is None
    assert analyse(" | join kind=inner ".join(unions[:1]), tables).needs is not None
