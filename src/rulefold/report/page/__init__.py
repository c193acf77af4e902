"""The page of a coverage report: one file without script that asks for nothing."""

from collections.abc import Mapping

from rulefold.html_text.environment import render
from rulefold.report.contents import Report
from rulefold.report.page.claims import claims_view
from rulefold.report.page.connectors import connectors_view, outage_view
from rulefold.report.page.gaps import gaps_view
from rulefold.report.page.index import Index
from rulefold.report.page.kinds import split
from rulefold.report.page.ledger import ledger_view
from rulefold.report.page.matrix import Matrix
from rulefold.report.page.summary import about, summary_view
from rulefold.report.page.tactics import tactic_bars
from rulefold.report.page.techniques import Techniques
from rulefold.report.page.threats import threats_view

PAGE = "coverage.html"


def emit(report: Report) -> Mapping[str, str]:
    """`coverage.html`.

    A cell of the matrix has the fragment `#<tactic>-<technique>`, as in `#execution-T1059` and `#execution-T1059.001`;
    going there opens it.  A gap has `#<technique>`, and a detection `#r<number>`.
    """
    kinds = split(report.coverage)
    index = Index(report, kinds)
    matrix = Matrix(report, kinds, index)
    techniques = Techniques(report.coverage, kinds, matrix)
    claims = claims_view(report.coverage, kinds, index)
    text = render(
        __name__,
        "page.html",
        about=about(report),
        summary=summary_view(report, kinds, techniques, claims, index),
        techniques=techniques.lists,
        matrix=matrix,
        bars=tactic_bars(report.coverage, kinds),
        gaps=gaps_view(report),
        connectors=connectors_view(report.single_points, kinds),
        outage=outage_view(report.outage, kinds, matrix, index) if report.outage else None,
        threats=threats_view(report.threats, matrix, index),
        claims=claims,
        index=index,
        ledger=ledger_view(report.coverage),
        notice=report.snapshot.notice.split("\n\n"),
    )
    return {PAGE: text}
