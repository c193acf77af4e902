"""Comparisons, logic, arithmetic and searches, as KQL means them.

Equality and searches are two-valued: a null is equal to nothing, and not equal to everything.  Less and greater than
are null where an operand is.  NaN is neither equal to, nor less or greater than anything.
"""

from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.arithmetic import arithmetic, shifted
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.terms import Term, exact, test, text, truth
from rulefold.kql.plan import AllColumns, TableValue
from rulefold.kql.types import DYNAMICS, INTEGERS, NUMBERS, Type

# ----------------------------------------------------------------------------------------------------------- logic


def _and(call: Call) -> Term:
    return _logic(call, sql.all_of)


def _or(call: Call) -> Term:
    return _logic(call, sql.any_of)


def _logic(call: Call, joined: Callable[[list[Node]], Node]) -> Term:
    terms = [as_bool(call, number) for number in range(len(call))]
    if all(term.test or not term.nullable for term in terms):  # nothing can be null but what means false
        nullable = any(term.nullable for term in terms)
        return Term(joined([term.node for term in terms]), Type.BOOL, nullable=nullable, test=True)
    return Term(joined([exact(term) for term in terms]), Type.BOOL)


def as_bool(call: Call, number: int) -> Term:
    """An argument as a condition."""
    term = call[number]
    return term if term.type is Type.BOOL else call.engine.convert(term, Type.BOOL)


def _not(call: Call) -> Term:
    return negated(as_bool(call, 0))


def negated(term: Term) -> Term:
    """The opposite of a condition: null only where a bool is null."""
    return Term(sql.negated(exact(term)), Type.BOOL, nullable=term.nullable and not term.test)


# -------------------------------------------------------------------------------------------------------- equality


def _equal(call: Call) -> Term:
    if isinstance(call.value(0), AllColumns):
        return _any_column(call, lambda field: equal(call, field, call[1]))
    return equal(call, call[0], call[1])


def _not_equal(call: Call) -> Term:
    return different(call, call[0], call[1])


def equal(call: Call, left: Term, right: Term) -> Term:
    """Whether two values are equal; false where one is null."""
    left, right = _alike(call, left, right)
    if left.type is Type.STRING:
        return _equal_texts(left, right)
    found = sql.binary(exp.EQ, exact(left), exact(right))
    if left.type is Type.REAL and not (_is_number(left) or _is_number(right)):
        found = sql.all_of([found, call.engine.not_nan(exact(left))])
    return test(found) if left.nullable or right.nullable else truth(found)


def _is_number(real: Term) -> bool:
    """Whether a real is a constant that is not NaN."""
    return real.constant and real.value == real.value


def _equal_texts(left: Term, right: Term) -> Term:
    """A text that is not empty is not equal to what stands for an empty one."""
    if any(one.constant and one.value for one in (left, right)):
        nullable = left.nullable or right.nullable
        return Term(sql.binary(exp.EQ, left.node, right.node), Type.BOOL, nullable=nullable, test=True)
    return truth(sql.binary(exp.EQ, text(left), text(right)))


def different(call: Call, left: Term, right: Term) -> Term:
    """Whether two values are not equal; true where one is null."""
    alike = _alike(call, left, right)
    if alike[0].type is Type.STRING:
        return _different_texts(*alike)
    return negated(equal(call, *alike))


def _different_texts(left: Term, right: Term) -> Term:
    empty = any(one.constant and one.value == "" for one in (left, right))
    if empty or not (left.nullable or right.nullable):
        node = sql.binary(exp.NEQ, left.node, right.node)  # what stands for an empty text is not different from one
        return Term(node, Type.BOOL, nullable=left.nullable or right.nullable, test=True)
    if any(one.constant for one in (left, right)):
        return truth(sql.binary(exp.NullSafeNEQ, left.node, right.node))
    return truth(sql.binary(exp.NEQ, text(left), text(right)))


def _alike(call: Call, left: Term, right: Term) -> tuple[Term, Term]:
    """Two values as values of one type, in which they can be compared."""
    if left.type is right.type and left.type not in DYNAMICS:
        return left, right
    types = {left.type, right.type}
    if types <= INTEGERS:
        return left, right
    convert = call.engine.convert
    if types & DYNAMICS:
        return _alike_dynamics(call, left, right)
    if Type.STRING in types and types & NUMBERS:
        return _as_texts(call, left, right)
    for type_, others in _COMMON_TYPES:
        if type_ in types and types <= others:
            return convert(left, type_), convert(right, type_)
    raise call.refused(f"found a {left.type} held against a {right.type}, which is not run")


def _as_texts(call: Call, left: Term, right: Term) -> tuple[Term, Term]:
    """A number held against a constant text, or a text against a constant number: both as texts."""
    text_first = left.type is Type.STRING
    written, number = (left, right) if text_first else (right, left)
    if not (written.constant or number.constant) or number.type not in INTEGERS:
        raise call.refused(f"found a {left.type} held against a {right.type}, which is not run")
    if written.constant and str(written.value).isdecimal() and str(int(str(written.value))) == written.value:
        written = call.values.constant(Type.LONG, int(str(written.value)))
    else:
        number = call.engine.convert(number, Type.STRING)
    return (written, number) if text_first else (number, written)


_COMMON_TYPES = (
    (Type.DECIMAL, NUMBERS | {Type.BOOL}),
    (Type.REAL, NUMBERS | {Type.BOOL}),
    (Type.LONG, INTEGERS | {Type.BOOL}),
    (Type.INT, INTEGERS | {Type.BOOL}),
    (Type.STRING, {Type.STRING, Type.GUID}),
)


def _alike_dynamics(call: Call, left: Term, right: Term) -> tuple[Term, Term]:
    """A dynamic held against a scalar is one of the scalar's type, or null."""
    convert = call.engine.convert
    scalar = next((one.type for one in (left, right) if one.type not in DYNAMICS), Type.STRING)
    if scalar in INTEGERS:
        scalar = Type.REAL
    return convert(left, scalar), convert(right, scalar)


# ------------------------------------------------------------------------------------------------------ comparison

_COMPARISONS: dict[str, type[exp.Binary]] = {"<": exp.LT, ">": exp.GT, "<=": exp.LTE, ">=": exp.GTE}


def _compare(call: Call) -> Term:
    return compared(call, call.apply.function, call[0], call[1])


def compared(call: Call, operator: str, left: Term, right: Term) -> Term:
    """Less and greater than: null where an operand is null."""
    left, right = _alike(call, left, right)
    node = sql.binary(_COMPARISONS[operator], exact(left), exact(right))
    if left.type is Type.REAL:
        greater = left if operator[0] == ">" else right  # NaN is the greatest of all for an engine
        if not _is_number(greater):
            node = sql.all_of([node, call.engine.not_nan(exact(greater))])
    return Term(node, Type.BOOL, nullable=left.nullable or right.nullable)


def _between(call: Call) -> Term:
    value, low, high = call[0], call[1], call[2]
    if low.type is Type.DATETIME and high.type is Type.TIMESPAN:
        high = shifted(call, low, high, 1)
    value_again = value.of(call.once(exact(value))())
    parts = [compared(call, ">=", value_again, low), compared(call, "<=", value.of(value_again.node.copy()), high)]
    nullable = any(part.nullable for part in parts)
    return Term(sql.all_of(part.node for part in parts), Type.BOOL, nullable=nullable)


def _not_between(call: Call) -> Term:
    return negated(_between(call))


# -------------------------------------------------------------------------------------------------------- searches


def _search(operator: str) -> Builder:
    def build(call: Call) -> Term:
        if isinstance(call.value(0), AllColumns):
            return _any_column(call, lambda field: searched(call, operator, field, call[1]))
        return searched(call, operator, call[0], call[1])

    return build


def searched(call: Call, operator: str, term: Term, pattern: Term) -> Term:
    """Whether a text has something; where it is null or empty it has only what is empty."""
    source = call.engine.convert(term, Type.STRING)
    wanted = call.engine.convert(pattern, Type.STRING)
    if wanted.constant and wanted.value:
        return test(call.engine.search(operator, source.node, wanted))
    return truth(call.engine.search(operator, text(source), wanted.of(text(wanted)) if not wanted.constant else wanted))


def _any_column(call: Call, found: Callable[[Term], Term]) -> Term:
    """A test of all columns that are text."""
    fields = call.values.frame.fields.values()
    terms = [found(field.term()) for field in fields if field.type in (Type.STRING, *DYNAMICS)]
    return test(sql.any_of(term.node for term in terms)) if terms else truth(sql.false())


def _insensitive(call: Call) -> Term:
    if isinstance(call.value(0), AllColumns):
        return _any_column(call, lambda field: _equal_texts(folded(call, field), folded(call, call[1])))
    return _equal_texts(folded(call, call[0]), folded(call, call[1]))


def folded(call: Call, term: Term) -> Term:
    """A text as it is compared where case does not count."""
    term = call.engine.convert(term, Type.STRING)
    if term.constant and isinstance(term.value, str):
        return call.values.constant(Type.STRING, call.engine.folded_text(term.value))
    return Term(call.engine.folded(term.node), Type.STRING, nullable=term.nullable)


# ------------------------------------------------------------------------------------------------------ membership


def _in(call: Call) -> Term:
    return _member(call, folding=False)


def _in_folded(call: Call) -> Term:
    return _member(call, folding=True)


def _member(call: Call, *, folding: bool) -> Term:
    if isinstance(call.value(0), AllColumns):
        return _any_column(call, lambda field: _one_of(call, field, folding=folding))
    return _one_of(call, call[0], folding=folding)


def _one_of(call: Call, subject: Term, *, folding: bool) -> Term:
    """Whether a value is in a list: of constants, of tables with one column, of arrays, and of other values."""
    texts = any(isinstance(one.value, str) for one in _constants(call))
    if folding or (texts and subject.type in DYNAMICS):
        subject = call.engine.convert(subject, Type.STRING)
    again = call.once(exact(subject) if subject.type is not Type.STRING else text(subject))
    found = _tests(call, subject.type, lambda: subject.of(again(), nullable=False), folding=folding)
    return test(sql.any_of(one.node for one in found)) if found else truth(sql.false())


def _constants(call: Call) -> list[Term]:
    """The constants of a list, those in arrays too."""
    found: list[Term] = []
    for term in call.arguments[1:]:
        if term.constant and isinstance(term.value, list):
            found += [call.values.constant(_type_of(item), item) for item in term.value if not isinstance(item, dict)]
        elif term.constant:
            found.append(term)
    return found


def _type_of(value: object) -> Type:
    if isinstance(value, bool):
        return Type.BOOL
    return {int: Type.LONG, float: Type.REAL, str: Type.STRING}.get(type(value), Type.DYNAMIC)


def _tests(call: Call, type_: Type, subject: Callable[[], Term], *, folding: bool) -> list[Term]:
    tests: list[Term] = []
    constants = [one for one in _constants(call) if one.value is not None]
    if constants:
        tests.append(_in_constants(call, subject(), constants, folding=folding))
    for number, term in enumerate(call.arguments[1:], start=1):
        value = call.value(number)
        if isinstance(value, TableValue):
            tests.append(_in_table(call, subject(), value, folding=folding))
        elif not term.constant and term.type in DYNAMICS and type_ not in DYNAMICS:
            tests.append(test(call.engine.holds(term, subject(), folded=folding)))
        elif not term.constant:
            compare = _insensitive_terms if folding else equal
            tests.append(compare(call, subject(), term))
    return tests


def _insensitive_terms(call: Call, left: Term, right: Term) -> Term:
    return _equal_texts(folded(call, left), folded(call, right))


def _in_constants(call: Call, subject: Term, constants: list[Term], *, folding: bool) -> Term:
    """All in one list where the types are alike."""
    if folding:
        subject, constants = folded(call, subject), [folded(call, one) for one in constants]
    pairs = [_alike(call, subject, one) for one in constants]
    if len({left.type for left, _ in pairs}) > 1 or Type.REAL in {left.type for left, _ in pairs}:
        return test(sql.any_of(equal(call, left, right).node for left, right in pairs))
    return test(exp.In(this=sql.tight(exact(pairs[0][0])), expressions=[right.node for _, right in pairs]))


def _in_table(call: Call, subject: Term, table: TableValue, *, folding: bool) -> Term:
    rows, item = call.values.values_of(table)
    if item.type in DYNAMICS and subject.type is Type.STRING:
        item = call.engine.convert(item, Type.STRING)
    elif subject.type in DYNAMICS and item.type not in DYNAMICS:
        subject, item = _alike_dynamics(call, subject, item)
    if item.type is not subject.type and not {item.type, subject.type} <= INTEGERS:
        raise call.refused(f"found a {subject.type} among values of {item.type}, which is not run")
    if folding:
        subject, item = folded(call, subject), folded(call, item)
    node, wanted = (text(item), text(subject)) if item.type is Type.STRING else (item.node, exact(subject))
    query = exp.Subquery(this=exp.Select(expressions=[node], from_=rows.source()))
    return test(exp.In(this=sql.tight(wanted), query=query))


def _has_of(operator: str) -> Builder:
    """`has_any` and `has_all`: of constants, arrays and tables."""

    def build(call: Call) -> Term:
        if isinstance(call.value(0), AllColumns):
            return _any_column(call, lambda field: _searched_for(call, operator, field))
        return _searched_for(call, operator, call[0])

    return build


def _searched_for(call: Call, operator: str, subject: Term) -> Term:
    source = call.engine.convert(subject, Type.STRING)
    if len(call) == 2 and isinstance(table := call.value(1), TableValue) and operator == "has_any":
        return _has_any_of_table(call, source, table)
    if not all(one.constant for one in call.arguments[1:]):
        return _searched_for_each(call, operator, source)
    constants = [call.engine.convert(one, Type.STRING) for one in _constants(call)]
    wanted = [one for one in constants if one.value]
    if len(wanted) < len(constants):
        raise call.refused(f"found {operator} with an empty text, which is not run")
    if not wanted:
        return truth(sql.true() if operator == "has_all" else sql.false())
    if operator == "has_any":
        return test(call.engine.search_any(source.node, wanted))
    again = call.once(source.node)
    return test(sql.all_of(call.engine.search("has", again(), one) for one in wanted))


def _searched_for_each(call: Call, operator: str, source: Term) -> Term:
    """Terms that the row has: texts, or the elements of arrays."""
    if operator == "has_all":
        raise call.refused("found has_all with values that are no constants, which is not run")
    again = call.once(text(source))
    found: list[Node] = []
    for number, one in enumerate(call.arguments[1:], start=1):
        if one.type in DYNAMICS:
            found.append(call.engine.any_element(one, lambda item: call.engine.search("has", again(), item)))
        else:
            wanted = call.string(number)
            pattern = wanted if wanted.constant else wanted.of(text(wanted))
            found.append(call.engine.search("has", again(), pattern))
    return test(sql.any_of(found))


def _has_any_of_table(call: Call, source: Term, table: TableValue) -> Term:
    """Whether a text has one of the terms in a table."""
    rows, item = call.values.values_of(table)
    wanted = call.engine.convert(item, Type.STRING)
    where = call.engine.search("has", call.values.hoist(text(source)), wanted.of(text(wanted)))
    query = exp.Select(expressions=[sql.number(1)], from_=rows.source(), where=exp.Where(this=where))
    return truth(exp.Exists(this=query))


def _opposite(builder: Builder) -> Builder:
    def build(call: Call) -> Term:
        return negated(builder(call))

    return build


_SEARCHES = (
    "contains", "contains_cs", "has", "has_cs", "startswith", "startswith_cs", "endswith", "endswith_cs",
    "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "matches regex",
)  # fmt: skip

OPERATORS: dict[str, Builder] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "==": _equal,
    "!=": _not_equal,
    "<>": _not_equal,
    "=~": _insensitive,
    "!~": _opposite(_insensitive),
    **dict.fromkeys(_COMPARISONS, _compare),
    "between": _between,
    "!between": _not_between,
    "in": _in,
    "!in": _opposite(_in),
    "in~": _in_folded,
    "!in~": _opposite(_in_folded),
    "has_any": _has_of("has_any"),
    "has_all": _has_of("has_all"),
    "!has_any": _opposite(_has_of("has_any")),
    **{name: _search(name) for name in _SEARCHES},
    **{f"!{name}": _opposite(_search(name)) for name in _SEARCHES},
    **dict.fromkeys(("+", "-", "*", "/", "%"), arithmetic),
}
