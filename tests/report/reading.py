"""A coverage page as a reader of HTML sees it that knows nothing of how it was made: html5lib, and it is strict."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

from rulefold.attack import Snapshot, load
from rulefold.model import Catalogue
from rulefold.report.contents import Choice, report
from rulefold.report.page import emit

_BLOCKS = {"p", "div", "ul", "li", "td", "th", "h1", "h2", "h3", "h4", "summary", "em", "small", "caption"}


class Page:
    """A parsed page.  Markup that is not as the standard has it raises."""

    def __init__(self, text: str) -> None:
        self.text = text
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        self.root: Element = parser.parse(text)
        self.ids = [element.get("id", "") for element in self.root.iter() if element.get("id")]
        self._by_id = {element.get("id"): element for element in self.root.iter()}

    def at(self, id_: str) -> Element:
        """The element that a fragment leads to."""
        found: Element = self._by_id[id_]
        return found

    def links(self, within: Element | None = None) -> Iterator[tuple[str, str]]:
        """The links as (href, text)."""
        for link in (self.root if within is None else within).iter("a"):
            yield link.get("href", ""), words(link)

    def section(self, id_: str) -> str:
        """The text of a section."""
        return words(self.at(id_))

    def tags(self) -> list[str]:
        """The names of all elements with those of their attributes: the structure, whatever it says."""
        return [" ".join([str(element.tag), *sorted(element.keys())]) for element in self.root.iter()]


def words(element: Element) -> str:
    """The text of an element, white space as one blank, and blocks apart from each other."""
    return re.sub(r"\s+", " ", "".join(_texts(element))).strip()


def _texts(element: Element) -> Iterator[str]:
    apart = " " if element.tag in _BLOCKS else ""
    yield apart + (element.text or "")
    for child in element:
        yield from _texts(child)
        yield child.tail or ""
    yield apart


def page(catalogue: Catalogue, choice: Choice | None = None, snapshot: Snapshot | None = None) -> Page:
    """The page of a catalogue."""
    files = emit(report(catalogue, snapshot or load(), choice or Choice()))
    assert list(files) == ["coverage.html"]
    return Page(files["coverage.html"])


def listed(element: Element) -> set[str]:
    """What an element lists: detections by their fragments, and techniques by their ids."""
    own = {item.get("id", "") for item in element.iter("li")} - {""}
    return own or {link.get("href", "").removeprefix("#") for link in element.iter("a")}


def check_links(shown: Page) -> None:
    """Fail where an id is not unique, or a link within the page leads nowhere."""
    assert len(shown.ids) == len(set(shown.ids))
    for href, _ in shown.links():
        if href.startswith("#"):
            assert href[1:] in shown.ids, href
