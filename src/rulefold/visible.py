"""Texts of rules as pages and reports show them: nothing unseen is in them, and only addresses of the web are links."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

# Control characters, line and paragraph separators, marks that change the direction of a text, invisible fillers of
# which a name can be made, lone surrogates and noncharacters: nobody sees them, and some steer what is around them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("[\t\r\n]+")
_NOT_IN_URLS = frozenset(' "<>\\^`{|}')
MAX_URL = 2_000  # sheets hold 2,079 characters of one


def visible(text: str) -> str:
    r"""A text on one line, with what is not to be seen in it written as an escape: `\u202e`."""
    if text.isprintable():  # as nearly all are; nothing unseen is
        return text
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", _BREAKS.sub(" ", text))


def visible_lines(text: str) -> str:
    """A text with its line ends and tabs, and with escapes for all else that is not to be seen in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, with an ellipsis where there were more."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


@lru_cache(maxsize=65536)
def web_url(url: str | None) -> str | None:
    """A URL if it is an absolute one of the web; None for what a reader's program should not open or cannot hold."""
    if not url or len(url) > MAX_URL or not url.isprintable() or not _NOT_IN_URLS.isdisjoint(url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - says whether there is a port that is none
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return f"{parts.scheme}{url[len(parts.scheme) :]}"
