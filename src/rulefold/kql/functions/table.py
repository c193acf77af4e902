"""A row of the table of functions.

The rule of the automatic column name (`column`), for a call that has been given no name:

    ""             none: `Column1`, `Column2` … in `extend` and `project`, `print_0` … in `print`
    "@1"           the name of the first argument, if it has one (a column, or a call whose rule gives one); else as ""
    "max_@1"       the prefix and the name of the first argument; `max_` if that has no name or does not exist
    "single @1"    as "@1" where the call has one argument, as "" where it has more
    "column @1"    the name that the first argument states as a string, if there is such a column; else as ""
    "=name"        this name
    "a_@1_*"       one column for each column of the result, whose name takes the place of `*`
    "c_@1_@other"  the prefix and the names of the first two arguments
    "p_@1_@each"   one column for each argument of the parameter `each`, named after it as it is written (in a number
                   `_` takes the place of the point: `50_5`; an expression without a name is `arg1`, its place from 0,
                   and in a rule that is `@each` alone `any_arg1`)
    "x, y"         columns by each of the rules; a `*` that is given as an argument stands for all other columns
"""

from dataclasses import dataclass
from enum import StrEnum

from rulefold.kql.functions.signature import Signature, read_signatures


class Kind(StrEnum):
    """Where a function may stand; each kind has names of its own."""

    SCALAR = "scalar"
    AGGREGATE = "aggregate"
    PLUGIN = "plugin"


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as Kusto has it: one row of the table.

    `text` states its signatures in the language of `signature`, `meaning` in one line what it gives, `column` the rule
    of the automatic column name, `aliases` the older names under which it is known too.  A row equals itself only.
    """

    name: str
    text: str
    meaning: str
    column: str = ""
    aliases: tuple[str, ...] = ()
    kind: Kind = Kind.SCALAR

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """The alternatives, read from the text once."""
        return read_signatures(self.text)
