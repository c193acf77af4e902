"""Queries with their columns, and queries with their first fault, on two small tables.

The official binder was asked about all of them, and is asked again where it is at hand.
"""

TABLES = {
    "T": {"a": "long", "b": "string", "c": "dynamic", "t": "datetime", "d": "real", "g": "bool"},
    "U": {"a": "string", "b": "string", "z": "long", "c_1": "string"},
}
_T = "a:long b:string c:dynamic t:datetime d:real g:bool"

COLUMNS = {
    # names that columns have of their own
    'T | project tostring(a), a+1, c.x, c["y"], c[0], c.x.y, b, strcat(b, "x"), now(), bin(t, 1h), -a, "lit"': (
        "a:string Column1:long c_x:dynamic c_y:dynamic c_0:dynamic c_x_y:dynamic b:string Column2:string "
        "Column3:datetime t:datetime Column4:long Column5:string"
    ),
    'T | project c[b], c[-1], c["x"][b].y, tostring(c[a])': "c_:dynamic c_1:dynamic c_x__y:dynamic c_2:string",
    'T | project dynamic({"x": 1}).x.y, parse_json(b).x.y': "y:dynamic b_x_y:dynamic",
    "T | extend c.x, c.x": f"{_T} c_x:dynamic",
    "T | extend tostring(a)": _T.replace("a:long", "a:string"),
    'T | extend a = "x", a1 = 1': f"{_T.replace('a:long', 'a:string')} a1:long",
    "print 1, a = 2, 'x', tostring(3)": "print_0:long a:long print_2:string print_3:string",
    "T | project max_of(a, d), abs(a), round(d), floor(d, 1), bin(a, 5)": "Column1:real a:long d:real d1:real a1:long",
    'T | project split(b, ",")[0], extract("x", 1, b), extract("x", 1, b, typeof(long)), parse_json(b).x': (
        "b_0:dynamic Column1:string Column2:long b_x:dynamic"
    ),
    'T | project column_ifexists("zz", ""), column_ifexists("a", 0), x = column_ifexists("zz", 1.5)': (
        "Column1:string a:long x:real"
    ),
    "T | extend (p, q) = series_fit_line(c) | project-keep p, q, s*": (
        "p:real q:real series_fit_line_c_variance:real series_fit_line_c_rvariance:real "
        "series_fit_line_c_interception:real series_fit_line_c_line_fit:dynamic"
    ),
    # types of operators and functions
    "T | project a/2, a*d, t-t, t-1d, 1d*2, 1d/1d, a%2, a+c, c.x+c.y": (
        "Column1:long Column2:real Column3:timespan Column4:datetime Column5:timespan Column6:real Column7:long "
        "Column8:long Column9:dynamic"
    ),
    "T | project iff(g, a, d), case(g, a, g, 1.5, 3), coalesce(a, 1), iff(g, c, b)": (
        "Column1:real Column2:real Column3:long Column4:string"
    ),
    "T | extend array_sort_asc(c), (x, y) = array_sort_desc(c, c.x)": f"{_T} c_sorted:dynamic x:dynamic y:dynamic",
    "T | project x = array_sort_asc(c, c.y, true), array_sort_desc(dynamic([2, 1]), c, c)": (
        "x:dynamic c_y_sorted:dynamic array0_sorted:dynamic c_sorted:dynamic c_sorted1:dynamic"
    ),
    "T | mv-expand array_sort_asc(c)": f"{_T} c_sorted:dynamic",
    # aggregates
    "T | summarize count(), max(a), make_list(b), make_set(b), dcount(b), sum(a), avg(a), countif(g) by g": (
        "g:bool count_:long max_a:long list_b:dynamic set_b:dynamic dcount_b:long sum_a:long avg_a:real countif_g:long"
    ),
    "T | summarize arg_max(t, *) by b": "b:string t:datetime a:long c:dynamic d:real g:bool",
    "T | summarize arg_min(a+1, *) by b": "b:string min_:long a:long c:dynamic t:datetime d:real g:bool",
    "T | summarize (x, y) = arg_max(t, a) by b": "b:string x:datetime y:long",
    "T | summarize arg_max(t, *), b = max(a) by d": ("d:real t:datetime a:long b:string c:dynamic g:bool b1:long"),
    "T | summarize any(b), take_any(b), percentiles(a, 5, 50)": (
        "any_b:string b:string percentile_a_5:long percentile_a_50:long"
    ),
    "T | summarize percentile(a, 95), percentile(d, 99.5), percentilew(a, a, 1.0), percentiles(a, 5, d)": (
        "percentile_a_95:long percentile_d_99_5:real percentile_a_1:long percentile_a_5:long percentile_a_:long"
    ),
    'T | summarize any(strcat(b, "x"))': "any_:string",
    "T | summarize take_any(1 + 1, b), anyif(a, g), take_anyif(1 + 1, g)": (
        "any_arg0:long b:string anyif_a:long Column1:long"
    ),
    'T | summarize arg_max(a, strcat(b, "x")), argmax(a, b)': "a:long max_a_arg1:string max_a:long max_a_b:string",
    "T | summarize arg_max(tolong(b), *) by g": "g:bool b:long a:long b1:string c:dynamic t:datetime d:real",
    "T | summarize tostring(any(a)), tolong(take_any(a)), round(percentile(a, 95), 1)": (
        "any_a:string Column1:long Column2:long"
    ),
    "T | summarize max(a), max(a), count(), count() by bin(t, 1h), strlen(b)": (
        "t:datetime strlen_b:long max_a:long max_a1:long count_:long count_1:long"
    ),
    "T | summarize by a, b": "a:long b:string",
    "T | make-series x = count() default = 0, avg(a) on t step 1h by b": "b:string x:dynamic avg_a:dynamic t:dynamic",
    # choosing columns
    "T | project-away | project-reorder | project-rename": _T,
    "T | project-keep": "",
    "T | project-away a, b*": "c:dynamic t:datetime d:real g:bool",
    "T | project-keep a, c*": "a:long c:dynamic",
    "T | project-reorder t, *": "t:datetime a:long b:string c:dynamic d:real g:bool",
    "T | project-reorder c*, a": "c:dynamic a:long b:string t:datetime d:real g:bool",
    "T | project-rename x = a, y = b": "x:long y:string c:dynamic t:datetime d:real g:bool",
    "T | distinct a, tostring(c.x)": "a:long c_x:string",
    "T | top 5 by c.x": _T,
    # several tables
    "T | join kind=inner U on b": f"{_T} a1:string b1:string z:long c_1:string",
    "T | join kind=inner (U | extend b1 = 1, b2 = 2) on b": (
        f"{_T} a1:string b3:string z:long c_1:string b1:long b2:long"
    ),
    "T | extend b1 = 1 | join kind=inner U on b": f"{_T} b1:long a1:string b2:string z:long c_1:string",
    "T | join kind=leftanti U on b": _T,
    "T | join kind=rightsemi U on b": "a:string b:string z:long c_1:string",
    "T | lookup U on $left.b == $right.a": f"{_T} b1:string z:long c_1:string",
    "union T, U": "a_long:long a_string:string b:string c:dynamic t:datetime d:real g:bool z:long c_1:string",
    "union withsource = src (T | project a), (U | project z)": "src:string a:long z:long",
    "union isfuzzy = true T, Nope": _T,
    "union isfuzzy = true (Nope | where x == 1 | extend y = x), (T | project a)": "x:unknown y:unknown a:long",
    "union T*, U | project z": "z:long",
    'find in (T, U) where b == "x" project b': "source_:string b:string",
    'find in (T, U) where b == "x"': "source_:string a:dynamic b:string pack_:dynamic",
    "find in (T, U) where z == 1 or d > 0": "source_:string a:dynamic b:string z:long d:real pack_:dynamic",
    "find in (T, U) where z == 1 project b, d, pack(*)": "source_:string b:string d:real pack_:dynamic",
    'search in (T, U) "x" | project b, z': "b:string z:long",
    # arrays and texts
    "T | mv-expand c to typeof(string)": _T.replace("c:dynamic", "c:string"),
    "T | mv-expand c.x": f"{_T} c_x:dynamic",
    "T | mv-expand with_itemindex = i c": f"{_T} i:long",
    'T | mv-expand x = split(b, ",") to typeof(string)': f"{_T} x:string",
    "T | mv-apply c on (where c.x == 1)": "a:long b:string t:datetime d:real g:bool c:dynamic",
    "T | mv-apply x = c on (extend b = a | project b, g = 1)": "a:long b:long c:dynamic t:datetime d:real g:long",
    "T | mv-apply x = c on (summarize count(), make_list(x))": f"{_T} count_:long list_x:dynamic",
    'T | parse b with "x" p "y" q:long "z" r:datetime': f"{_T} p:string q:long r:datetime",
    "T | parse-kv b as (k: long, l: string)": f"{_T} k:long l:string",
    # plug-ins
    "T | evaluate bag_unpack(c)": "a:long b:string t:datetime d:real g:bool",
    "T | evaluate bag_unpack(c) | project foo, a": "foo:unknown a:long",
    "T | evaluate bag_unpack(c) | extend z = foo.x | project-away a": (
        "b:string t:datetime d:real g:bool foo:unknown z:unknown"
    ),
    "T | evaluate pivot(b, count(), a)": "a:long",
    "T | evaluate ipv4_lookup(U, b, z)": f"{_T} a1:string b1:string z:long c_1:string",
    # statements and functions
    "let f = (x: string) { U | where b == x }; f('a')": "a:string b:string z:long c_1:string",
    "let f = (X: (*), y: long) { X | extend q = y }; T | invoke f(3)": f"{_T} q:long",
    'let f = (x: long, y: string = "q") { strcat(x, y) }; T | project z = f(a), w = f(y = "a", x = a)': (
        "z:string w:string"
    ),
    "let l = toscalar(T | summarize max(t)); T | project l - 1h, x = l": "Column1:datetime x:datetime",
    'let n = "U"; table(n) | project z': "z:long",
    "let V = view () { T }; V | project a": "a:long",
    # the rest
    "T | count": "Count:long",
    "T | getschema": "ColumnName:string ColumnOrdinal:long DataType:string ColumnType:string",
    "T | top-nested 2 of b by max(a), top-nested 1 of a by min(t)": (
        "b:string aggregated_b:long a:long aggregated_a:datetime"
    ),
    "range x from 1 to 10.0 step 1": "x:real",
    "T | as X | union X | project a": "a:long",
    'datatable(x: long, y: string) [1, "a"] | where y has "a"': "x:long y:string",
}

FAULTS = {
    "Nope | take 1": ("RF710", "Nope"),
    "T | where nope == 1": ("RF711", "nope"),
    "T | where A == 1": ("RF711", "A"),
    "T | sort by a, nope": ("RF711", "nope"),
    "T | project-away x*": ("RF711", "x*"),
    "T | project b | where a == 1": ("RF711", "a"),
    "T | join kind=inner U on $left.b == $right.nope": ("RF711", "nope"),
    "T | join kind=inner U on nope": ("RF711", "nope"),
    "let f = (X: (b: string)) { X | where b == nope }; f(T)": ("RF711", "nope"),
    "let f = (x: long) { x + nope }; print 1": ("RF711", "nope"),
    "T | where b in (nope)": ("RF711", "nope"),
    "T | extend x = nope(1)": ("RF712", "nope"),
    "T | evaluate nope()": ("RF712", "nope()"),
    "T | invoke nope()": ("RF712", "nope"),
    "T | extend x = strlen()": ("RF713", "strlen()"),
    "T | extend x = iff(g, 1)": ("RF713", "iff(g, 1)"),
    "T | where not": ("RF713", "not"),
    "T | evaluate bag_unpack()": ("RF713", "bag_unpack()"),
    'T | where t > ago("1d")': ("RF714", '"1d"'),
    'T | where b > "a"': ("RF714", 'b > "a"'),
    "T | where a has 'x'": ("RF714", "a has 'x'"),
    "T | where a": ("RF714", "a"),
    "T | where t > ago(1d) and b": ("RF714", "b"),
    "T | extend x = bin(b, 1h)": ("RF714", "bin(b, 1h)"),
    "T | extend x = array_length(b)": ("RF714", "b"),
    "T | summarize count() by c": ("RF714", "c"),
    "T | sort by c": ("RF714", "c"),
    "T | mv-expand a": ("RF714", "a"),
    'T | take "x"': ("RF714", '"x"'),
    "T | where b between (1 .. 2)": ("RF714", "b between (1 .. 2)"),
    "T | extend x = T": ("RF715", "T"),
    "T | summarize a, max(b) by g": ("RF715", "a"),
    "T | extend x = count()": ("RF715", "count()"),
    'T | parse b with "x" p q': ("RF715", "q"),
    "T | where $left.a == 1": ("RF715", "$left"),
    "T | make-series count() on t step 5": ("RF714", "5"),
    "T | make-series count() on a step 1h": ("RF714", "1h"),
    "T | make-series count() on c step 1h": ("RF714", "1h"),
    "T | make-series count() on t from 1 to now() step 1h": ("RF714", "1"),
    "T | serialize p = prev(column_ifexists('b', b))": ("RF715", "column_ifexists('b', b)"),
    "T | serialize p = prev(a + 1)": ("RF715", "a + 1"),
    "T | serialize p = next(c.x)": ("RF715", "c.x"),
    "T | evaluate bag_unpack(parse_json(b))": ("RF715", "parse_json(b)"),
    "T | project a, a": ("RF716", "a"),
    "T | extend a, a": ("RF716", "a"),
    "T | project-rename b = a": ("RF716", "b = a"),
    "let x = 5; let x = 6; print x": ("RF716", "let x = 6"),
    "T | join kind=inner U on a": ("RF717", "a"),
    "T | join kind=inner U on $left.a == $right.b": ("RF717", "$left.a == $right.b"),
    "T | join kind=inner U on $right.b == $left.b": ("RF717", "$right.b"),
    "T | join kind=leftsemi U on c": ("RF717", "c"),
}
