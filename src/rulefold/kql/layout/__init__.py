"""A formatter: every token and every comment of a query stays, in its order; white space is laid anew.

An operator stands on a line of its own, from its bar on; what stands in brackets is indented by four where it does not
fit on the line; a list longer than a line has an item a line.  Comments stay behind what they stood behind, or on lines
of their own before what they stood before.
"""

from rulefold.kql.faults import QueryDiagnostic
from rulefold.kql.layout.marks import marks
from rulefold.kql.layout.pieces import nest, words
from rulefold.kql.layout.printing import Printer
from rulefold.kql.parse import parse
from rulefold.kql.tokens import tokens


def fmt(text: str) -> tuple[str, list[QueryDiagnostic]]:
    """A query in its layout, and the faults of its syntax: with one, the text is returned as it is.

    A text that is formatted stays as it is, and ends in a line feed.  Lines have up to 100 columns where a break is
    possible.
    """
    query, faults = parse(text)
    if faults:
        return text, faults
    read = tokens(text)
    found = marks(query, read)
    *pieces, end = words(text, read, found)
    printer = Printer(found)
    printer.statements(nest(pieces), 0)
    printer.newline(0)
    printer.word(end)
    return printer.text(), []
