"""A few rows and queries that tell the meanings apart that are taken for each other most often."""

from datetime import UTC, datetime, timedelta
from typing import Any

_ROWS: list[tuple[Any, ...]] = [
    (0, None, 0.5, "a-b", datetime(2024, 1, 3, 13, 45, tzinfo=UTC), timedelta(hours=1), True, [1, None, "a"]),
    (1, -7, None, "ab", datetime(1969, 12, 31, 23, tzinfo=UTC), None, None, {"k": 1}),
    (2, 3, 2.5, "", None, timedelta(days=-1), False, [3, 4]),
    (3, 2**63 - 1, -1.5, "A b", datetime(2024, 1, 10, tzinfo=UTC), timedelta(), True, None),
    (4, 3, 0.0, "éa1b2b", datetime(2024, 2, 1, tzinfo=UTC), timedelta(hours=7), False, []),
]
TABLES: dict[str, list[dict[str, Any]]] = {
    "T": [dict(zip(("id", "a", "b", "s", "t", "p", "f", "d"), row, strict=True)) for row in _ROWS],
    "U": [
        {"a": None, "s": "ab", "x": 1, "t": None},
        {"a": 3, "s": "", "x": 2, "t": datetime(2024, 1, 10, tzinfo=UTC)},
        {"a": 8, "s": "a-b", "x": None, "t": None},
    ],
}
QUERIES = [
    "T | project a, id | sort by a asc, id asc",
    "T | project a, id | sort by a desc, id desc | take 2",
    "T | project a | join (U) on a",
    *(
        f"T | join kind={kind} (U) on a"
        for kind in ("inner", "leftouter", "rightouter", "fullouter", "leftanti", "leftsemi", "rightanti", "rightsemi")
    ),
    "T | lookup U on a",
    "T | project id, a, s | sort by id desc | summarize make_list(a), make_list(s)",
    'T | where s has "a"',
    'T | where s has "B"',
    'T | where s contains "B"',
    'T | where s startswith "a"',
    "T | extend c = bin(t, 7d), e = bin(a, 4)",
    "T | where a != 3",
    "T | where not(a == 3)",
    "T | where a in (3) or f",
    "T | where a !in (3)",
    "T | where not(a < 5)",
    "T | extend c = a / 2, e = a % 4, g = a + 1",
    "T | where id > 9 | summarize sum(a), avg(b), count(), make_list(a)",
    "T | summarize countif(f), dcount(s), min(a), max(b), sum(a) by bin(id, 2)",
    "T | extend c = d[-1], e = d[0], g = d.k",
    "T | union (U | where x > 0)",
    "T | mv-expand with_itemindex=i d",
    'T | parse s with * "a" c "b" e',
    "T | project id, a, s | sort by id asc | serialize c = prev(a), e = next(s), n = row_number()",
    "T | where isempty(s)",
    "T | extend c = strlen(s), e = substring(s, -2, 1)",
    "T | extend c = iff(f, 1, 2)",
    "T | distinct a",
    "T | extend c = tostring(t), e = tostring(p), g = t + p",
    "T | make-series c = count() on id from 0 to 6 step 2 by f",
    "T | top-nested 1 of a by count()",
    "T | where array_length(d) > 1 | mv-apply d on (where isnotnull(d) | summarize n = count())",
    "T | where array_length(d) > 1 | mv-apply with_itemindex=i d to typeof(long) on (top 1 by i)",
    "T | extend e = dynamic([1,2]) | mv-expand with_itemindex=i d, e",
    "T | project id, b | sort by b asc, id asc",
    "T | project id, b | sort by b desc, id asc",
    *(
        f"datatable(c:real)[1.0, real(nan), real(null), -1.0] | sort by c {way}"
        for way in ("asc", "desc", "asc nulls last", "desc nulls first")
    ),
    "T | project id, a | sort by id desc | extend id = a",
    'T | summarize make_set(a), make_set("x"), make_set(true)',
    "T | where id in (2, 4) | summarize make_set(d)",
    "T | project a, f | partition by f (top 1 by a)",
    "T | project id, b | top 2 by b asc",
    'T | parse-kv s as (a:string, k:long) with (pair_delimiter=" ", kv_delimiter="-") | project-away t',
    "T | where isnotnull(d.k) | project id, d | evaluate bag_unpack(d)",
    "T | where isnotnull(f) | project id, f | evaluate pivot(f)",
    "T | getschema",
    'search in (T, U) "b"',
    'find in (U) where x > 0 or s == "ab"',
    "datatable(c:long, e:string)[1, 'a', 2, ''] | join kind=fullouter (U | project c = x) on c",
    "print c = toscalar(T | summarize max(id)), e = dynamic({'k':[1]})",
    "range c from 1 to toscalar(T | count) step 2",
    'T | where * has "b"',
    "T | where s in ((U | project s))",
    "T | extend c = extract('([0-9])', 1, s, typeof(long))",
    "T | where s =~ 'AB' or s in~ ('A B') | extend c = 'ΟΔΟΣ' =~ 'οδος'",
    "let V = view () { U | project x }; union V*, (U | project s)",
    "T | sample 9",
]
