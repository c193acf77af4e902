"""A badge for a README: the share of techniques that a rule alerts on.

The share is of the techniques and sub-techniques on the team's platforms, where those are known, and else of all.  A
technique counts with a declared pair of an Analytics rule; queries that hunt do not count.
"""

from math import ceil

from rulefold.report.contents import Report
from rulefold.report.facts import percent, share
from rulefold.report.shades import ALERTING, PAPER
from rulefold.report.svg import escaped, number, text
from rulefold.report.widths import FONTS, width
from rulefold.visible import cut, visible

HEIGHT, SIZE, PADDING = 20, 11, 7
GREY = "#4a4f55"
MAX_NAME = 24


def emit(report: Report) -> dict[str, str]:
    """`badge.svg`."""
    left, right, title = _words(report)
    first, second = (ceil(width(words, SIZE)) + 2 * PADDING for words in (left, right))
    whole = number(first + second)
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}" viewBox="0 0 {whole} {HEIGHT}"'
        f' role="img" aria-labelledby="title" font-family="{FONTS}" fill="{PAPER}">',
        f'<title id="title">{escaped(title)}</title>',
        f'<clipPath id="round"><rect width="{whole}" height="{HEIGHT}" rx="3"/></clipPath>',
        '<g clip-path="url(#round)">',
        f'<rect width="{number(first)}" height="{HEIGHT}" fill="{GREY}"/>',
        f'<rect x="{number(first)}" width="{number(second)}" height="{HEIGHT}" fill="{ALERTING[3].fill}"/>',
        "</g>",
        text(PADDING, 14, left, SIZE, first - 2 * PADDING),
        text(first + PADDING, 14, right, SIZE, second - 2 * PADDING),
        "</svg>",
    )
    return {"badge.svg": "\n".join(parts) + "\n"}


def _words(report: Report) -> tuple[str, str, str]:
    """The left and the right half of the badge, and its title."""
    covered, of = share(report, "Analytics")
    where = " on the team's platforms" if report.choice.platforms else ""
    name = f"ATT&CK {cut(visible(report.snapshot.version), MAX_NAME)}" if report.snapshot.version else "ATT&CK"
    right = f"{percent(covered, of)} alerted on" if of else "no techniques"
    title = f"{covered:,} of {of:,} techniques of {report.snapshot.title}{where} have a rule that alerts"
    return name, right, title
