"""`catalogue.html`: the whole catalogue to browse and to search, in one file that asks for nothing."""

from collections.abc import Collection, Iterator, Sequence

from rulefold.html_text.environment import render, script_hash
from rulefold.html_text.words import cut
from rulefold.model import Catalogue, Detection
from rulefold.targets.html_catalogue.about import about
from rulefold.targets.html_catalogue.letters import letters
from rulefold.targets.html_catalogue.names import references
from rulefold.targets.html_catalogue.rules import Context, Rule, rule
from rulefold.targets.html_catalogue.views import views

PAGE = "catalogue.html"

_LISTED = 10_000  # rules; the rest is in other files
_WHOLE = 2_500  # rules; a catalogue that has more is an index, whose rules have no bodies
_TEXT = 12_000_000  # characters of queries and descriptions


def emit(catalogue: Catalogue, beside: Collection[str] = ()) -> dict[str, str]:
    """`catalogue.html`; `beside` are the formats in the same folder, to whose files it leads.

    A rule has the fragment `#<key>`, and going there opens it, as the id stands within its `<details>`.  Its lists lead
    to `#r<number>`, which is shorter, and all there is where a key cannot be an id.  A search has the fragment
    `#?q=…&tactic=…&connector=…&severity=…&type=…`.
    """
    ordered = sorted(catalogue.detections, key=lambda one: (one.title.strip().casefold(), one.key))
    listed = cut(ordered, _LISTED)
    known = references(listed.items)
    context = Context(known, views(listed.items, known), frozenset(beside))
    rules = list(_rules(listed.items, context, whole=len(ordered) <= _WHOLE))
    text = render(
        __name__,
        "page.html",
        about=about(catalogue, context.beside),
        views=context.views,
        rules=rules,
        letters=letters([one.own for one in rules]),
        more=listed.more,
        bare=sum(one.body is None for one in rules),
        script=script_hash(__name__, "search.js"),
    )
    return {PAGE: text}


def _rules(detections: Sequence[Detection], context: Context, *, whole: bool) -> Iterator[Rule]:
    left = _TEXT
    for one in detections:
        left -= len(one.query) + len(one.description)
        yield rule(one, context, whole=whole and left >= 0)
