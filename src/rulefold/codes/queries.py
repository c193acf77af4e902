"""RF7xx: what is to be said about queries."""

from rulefold.diagnostics import Code, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

QUERY_SYNTAX = Code(
    "RF701",
    "query-syntax",
    _ERROR,
    "A query is no KQL.",
    "The grammar of the Kusto Query Language does not allow what stands at the place given. Reading goes on at the "
    "next statement, behind the next `;`, so a query may have several such faults.",
    'SigninLogs | where ResultType = = "0"',
    'SigninLogs | where ResultType == "0"',
)
QUERY_TOO_DEEP = Code(
    "RF702",
    "query-too-deep",
    _ERROR,
    "A query nests more deeply than is read.",
    "Parentheses, calls, literals and subqueries may stand up to 64 levels deep in one another. No rule of the public "
    "catalogue goes beyond twenty.",
    "a condition in 100 pairs of parentheses",
    "the same condition, with let statements for its parts",
)

UNKNOWN_TABLE = Code(
    "RF710",
    "unknown-table",
    _ERROR,
    "A query reads a table that is not known.",
    "The tables of the workspace are given with their columns, in `catalog/tables.yaml` or with `--tables`. What a "
    "table that is not among them holds is not known, so its columns are not looked at.",
    "SigninLog | take 1",
    "SigninLogs | take 1",
)
UNKNOWN_COLUMN = Code(
    "RF711",
    "unknown-column",
    _ERROR,
    "A query names a column or a variable that is not there.",
    "Names are looked up among the columns of the rows at hand, then among the let statements before. Upper and lower "
    "case are told apart.",
    'SigninLogs | where userPrincipalName has "admin"',
    'SigninLogs | where UserPrincipalName has "admin"',
)
UNKNOWN_FUNCTION = Code(
    "RF712",
    "unknown-function",
    _ERROR,
    "A query calls a function that is not known.",
    "Functions are those of Kusto, those that the query declares, and those of the workspace, given as files with "
    "`--functions`. What a function that is not among them gives is not known.",
    "SigninLogs | extend day = day_of_week(TimeGenerated)",
    "SigninLogs | extend day = dayofweek(TimeGenerated)",
)
QUERY_ARGUMENTS = Code(
    "RF713",
    "query-arguments",
    _ERROR,
    "A function has too few or too many arguments.",
    "Each function takes the arguments of its signature; `rulefold explain` does not list them, Kusto's documentation "
    "does.",
    'T | extend c = iff(a > 1, "many")',
    'T | extend c = iff(a > 1, "many", "few")',
)
QUERY_TYPE = Code(
    "RF714",
    "query-type",
    _ERROR,
    "A value has a type for which an operator or a function is not defined.",
    "Strings are not compared with `<`, a condition is a bool, a duration is no text, and a dynamic value is neither "
    "grouped nor sorted by as it is.",
    'T | where TimeGenerated > ago("1d")',
    "T | where TimeGenerated > ago(1d)",
)
QUERY_PLACE = Code(
    "RF715",
    "query-place",
    _ERROR,
    "Something stands where it has no meaning.",
    "A table cannot be a value, a value no table; a column that is not aggregated has no single value in `summarize`; "
    "`$left` and `$right` belong to the condition of a join.",
    "T | summarize Account, count() by Computer",
    "T | summarize take_any(Account), count() by Computer",
)
QUERY_NAME_TAKEN = Code(
    "RF716",
    "query-name-taken",
    _ERROR,
    "A query gives two columns or variables of the same place one name.",
    "Each column of a row and each let statement has a name of its own.",
    "T | project a = 1, a = 2",
    "T | project a = 1, b = 2",
)
QUERY_JOIN = Code(
    "RF717",
    "query-join",
    _ERROR,
    "The condition of a join is none that Kusto knows, or joins what does not go together.",
    "A join is on columns that both sides have under one name, or on `$left.a == $right.b`, and the two have the same "
    "type.",
    "T | join (U) on $left.Port == $right.PortText",
    "T | join (U | extend Port = toint(PortText)) on Port",
)
MISSING_FUZZY_TABLE = Code(
    "RF718",
    "missing-fuzzy-table",
    _NOTE,
    "A fuzzy union names a table that is not known.",
    "`union isfuzzy=true` leaves out a table that the workspace does not have; the query runs without it.",
    "union isfuzzy=true SigninLogs, SigninLog",
    "union isfuzzy=true SigninLogs, AADNonInteractiveUserSignInLogs",
)
UNSUPPORTED_OPERATOR = Code(
    "RF719",
    "unsupported-operator",
    _NOTE,
    "A query uses an operator of which the rows are not known.",
    "Graph operators, `scan`, `macro-expand` and `assert-schema` are read and kept, but what they give is not worked "
    "out, so the columns behind them are not looked at.",
    "T | scan with (step s: true => x = 1;)",
    "T | serialize x = 1",
)
UNKNOWN_WATCHLIST = Code(
    "RF720",
    "unknown-watchlist",
    _ERROR,
    "A query reads a watchlist that is not there.",
    "Watchlists are the files in the folder of `--watchlists`, a CSV each, whose name is the alias. Upper and lower "
    "case are told apart.",
    "_GetWatchlist('HighValueAsset') | project SearchKey",
    "_GetWatchlist('HighValueAssets') | project SearchKey",
)

UNUSED_DATA_TYPE = Code(
    "RF730",
    "unused-data-type",
    _NOTE,
    "A rule declares a data type that its query does not read.",
    "The data types of a rule say which tables its connectors have to fill. One that the query does not read is asked "
    "for in vain, and coverage counts on a source that the rule does not need.",
    "|DataTypes | Syslog|\n…\nSecurityEvent | where EventID == 4625",
    "|DataTypes | SecurityEvent|\n…\nSecurityEvent | where EventID == 4625",
)
UNDECLARED_TABLE = Code(
    "RF731",
    "undeclared-table",
    _NOTE,
    "A query reads a table that the rule does not declare.",
    "Where a table is no data type of the rule, nobody is told that the rule needs it, and the rule is silent where it "
    "is empty.",
    "|DataTypes | SigninLogs|\n…\nSigninLogs | join AuditLogs on CorrelationId",
    "|DataTypes | SigninLogs|\n|DataTypes | AuditLogs|\n…\nSigninLogs | join AuditLogs on CorrelationId",
)
BEYOND_PERIOD = Code(
    "RF732",
    "beyond-period",
    _WARNING,
    "A query asks for events from before the period that it is given.",
    "Sentinel gives a scheduled rule the events of its QueryPeriod only. A longer `ago(…)` finds nothing that is "
    "older, so a baseline is shorter than it seems.",
    "|QueryPeriod | 1d|\n…\nSigninLogs | where TimeGenerated > ago(14d)",
    "|QueryPeriod | 14d|\n…\nSigninLogs | where TimeGenerated > ago(14d)",
)
ENTITY_COLUMN = Code(
    "RF733",
    "entity-column",
    _NOTE,
    "A column of entities is none that Sentinel reads.",
    "Sentinel reads the columns AccountCustomEntity, HostCustomEntity, IPCustomEntity, URLCustomEntity and their like "
    "as entities where they are strings. Another name that ends so, or another type, is not read.",
    "extend HostCustomEntity = pack_array(Computer)",
    "extend HostCustomEntity = Computer",
)
SLOW_SUBSTRING = Code(
    "RF740",
    "slow-substring",
    _NOTE,
    "A query looks for a substring where a term would do.",
    "`contains` reads every value to its end. `has` finds whole terms, letters and digits without anything else, by an "
    "index. They are not the same: `contains` finds `power` in `powershell`.",
    'DeviceProcessEvents | where ProcessCommandLine contains "mimikatz"',
    'DeviceProcessEvents | where ProcessCommandLine has "mimikatz"',
)
NEEDLESS_CASE = Code(
    "RF741",
    "needless-case",
    _NOTE,
    "A query folds case for nothing, or by hand.",
    'A text without letters has no case, so `==` is the same as `=~` and faster. `tolower(a) == "b"` makes a new text '
    'of every value where `a =~ "b"` compares.',
    'SecurityEvent | where tolower(Account) == "admin"',
    'SecurityEvent | where Account =~ "admin"',
)
SEARCHES_ALL = Code(
    "RF742",
    "searches-all",
    _NOTE,
    "A query reads all tables or all columns.",
    "`search`, `find` and `union *` without tables read all that the workspace has, at its cost, and what they find "
    "changes with every table that is added.",
    'search "mimikatz"',
    'search in (DeviceProcessEvents, SecurityEvent) "mimikatz"',
)
MADE_JOIN_KEY = Code(
    "RF743",
    "made-join-key",
    _NOTE,
    "A join is on a key that is made for every row.",
    "A key that `tostring` takes out of a dynamic value is made for every row of the table before the join. Filter "
    "first, so that few rows are left.",
    "T | extend id = tostring(Properties.id) | join (U) on id",
    'T | where Operation == "delete" | extend id = tostring(Properties.id) | join (U) on id',
)
JOIN_WITHOUT_TIME = Code(
    "RF744",
    "join-without-time",
    _NOTE,
    "A hunting query joins a table without a bound in time.",
    "A hunting query has no period of its own: a side of a join on which no time is asked for reads all days that the "
    "person who runs it has chosen.",
    "SigninLogs | where TimeGenerated > ago(1d) | join (AuditLogs) on CorrelationId",
    "SigninLogs | where TimeGenerated > ago(1d) | join (AuditLogs | where TimeGenerated > ago(1d)) on CorrelationId",
)
QUERY_NOT_RUN = Code(
    "RF751",
    "query-not-run",
    _ERROR,
    "A query uses what rulefold does not run.",
    "A query is compiled to SQL only where its answer is that of Kusto. An operator, a function, or a form of one that "
    "is not known to give it is refused, with its place.",
    "T | evaluate autocluster()",
    "T | summarize count() by Account",
)
QUERY_FAILED = Code(
    "RF752",
    "query-failed",
    _ERROR,
    "A run of a query ended before its answer.",
    "The engine came to a limit of time or memory, or could not read a table. The message says which.",
    "T | join kind=inner (T) on $left.Constant == $right.Constant",
    "T | where TimeGenerated > ago(1h) | join kind=inner (T) on Id",
)
QUERY_WITHOUT_SQL = Code(
    "RF753",
    "query-without-sql",
    _NOTE,
    "A query is not compiled to SQL.",
    "`build` writes the SQL of each query that compiles against the tables of the workspace. The message says what "
    "stands in the way: a fault of the query, a table that is not stated, or what rulefold does not run.",
    "T | evaluate autocluster()",
    "T | summarize count() by Account",
)
NO_EVENTS = Code(
    "RF754",
    "no-events",
    _ERROR,
    "No events were found that make a rule fire.",
    "`events` works out events backwards from the conditions of a query and runs it over them. Where an operator or a "
    "function has no way back, conditions go against each other, or nothing is found, it refuses, with the place.",
    "T | where hash_sha256(Name) == Digest",
    'T | where Name has "mimikatz"',
)
