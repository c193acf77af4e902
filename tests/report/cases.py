"""Reports to write: of the seed, of the real catalogue, of nothing, and of what is meant to harm."""

from collections.abc import Sequence

from rulefold.attack import Snapshot, Technique, load
from rulefold.attack.snapshot import notice
from rulefold.model import Catalogue, Connector, Detection
from rulefold.report.contents import Choice, Report, report
from tests.attack.tiny import catalogue, detection, snapshot
from tests.report.hostile import NAMES

HOSTILE = (
    *NAMES,
    "{=1+1}",
    "\u2067x\u2069",
    "\x00\x07\x1b[31m\x7f\x85\ufffe",
    "a\r\nb\u2028c",
    "]]>",
    "<!-- x -->",
    "&lt;&#10;&unknown;",
    '"><svg onload=alert(1)>',
    "_x0041_",
    "https://a.b/",
    "mailto:a@b.c",
    "internal:Sheet1!A1",
    "日本語 é",
    "%s %d {0} {x}",
    "",
    " ",
)
URLS = (
    "https://example.org/a?b=c#d",
    "http://example.org/",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "//example.org/x",
    "detections/x.md",
    "https://example.org/ x",
    'https://example.org/"x',
    "https://user:pass@example.org/",
    "https://[::1",
    "https://example.org:x/",
    "https://example.org/\u202ex",
    "https:///x",
    "internal:Sheet1!A1",
    "external:c:\\x.xlsx",
    "mailto:a@b.c",
    f"https://example.org/{'x' * 3000}",
    "HTTPS://EXAMPLE.ORG/",
    "",
)


def hostile(text: str, url: str = "https://example.org/x", key: str = "a") -> Detection:
    """A detection that has the text in every field that holds one."""
    one = detection(key, ("InitialAccess", text), ("T1078", "T1078.004", text), type_="Analytics", tables=(text,))
    return one.model_copy(
        update={
            "id": text,
            "title": text,
            "description": text,
            "platforms": (text,),
            "data_types": (text,),
            "severity": text,
            "url": url,
            "ingested_date": text,
            "query": text,
            "connectors": (Connector(id=text or "x", data_types=(text,), platforms=(text,)),),
        }
    )


def hostile_catalogue() -> Catalogue:
    """One detection for each hostile text, with each hostile url, and one whose type is hostile."""
    found = [hostile(text, URLS[n % len(URLS)], f"key-{n}") for n, text in enumerate(HOSTILE)]
    return catalogue(*found, found[0].model_copy(update={"key": "typed", "type": HOSTILE[0]}))


def hostile_snapshot(text: str) -> Snapshot:
    """A snapshot of a file whose names are all the same text."""
    named = {
        "T1078": Technique("T1078", text, ("initial-access",), (text or "x",)),
        "T1078.004": Technique("T1078.004", text, ("initial-access",), (text or "x",)),
        "T1190": Technique("T1190", text, ("initial-access",), None),
    }
    found = snapshot(text, ("initial-access", "execution"), named)
    tactics = {shortname: type(tactic)(tactic.id, text, shortname) for shortname, tactic in found.tactics.items()}
    return Snapshot(
        text or None, found.domain, tactics, found.techniques, found.children, notice(text), text, found.ics
    )


def made(*detections: Detection, choice: Choice | None = None) -> Report:
    """The report of a few detections."""
    return report(catalogue(*detections), load(), choice or Choice())


def some(
    number: int, tactics: Sequence[str] = ("InitialAccess",), techniques: Sequence[str] = ("T1078",), **more: str
) -> list[Detection]:
    """So many detections with the same tactics and techniques."""
    return [
        detection(f"{more.get('type_', 'Analytics')}-{n}", tactics, techniques, type_=more.get("type_", "Analytics"))
        for n in range(number)
    ]
