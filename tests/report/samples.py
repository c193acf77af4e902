"""Small catalogues that hold each case, and such as are hostile."""

from typing import Any

from rulefold.model import Catalogue, Connector
from tests.attack.tiny import catalogue, detection, snapshot

TINY = snapshot(
    "1",
    ["reconnaissance", "execution", "persistence", "stealth", "defense-impairment"],
    {
        "T1": "reconnaissance",
        "T2": "execution persistence",
        "T2.001": "execution persistence",
        "T2.002": "execution",
        "T3": "persistence",
        "T4": "stealth defense-impairment",
        "T5": "→T3",
        "T6": "†",
        "T7": "→",
    },
)
MANY = catalogue(
    detection("a", ["Execution"], ["T2"], tables=["SecurityEvent"]),
    detection("b", ["Execution", "Persistence"], ["T2.001"], type_="Hunting", tables=["Syslog"]),
    detection("c", ["Persistence"], ["T5"]),
    detection("d", ["Execution"], ["T3"], type_="Hunting"),
    detection("e", ["Persistence"], []),
    detection("f", ["DefenseEvasion"], ["T4"]),
    detection("g", ["Ransomware"], ["T9", "T0890", "T6", "T7"], type_="Hunting"),
    detection("h"),
    detection("i", ["Reconnaissance"], ["T1"], type_="Fusion"),
    detection("j", ["Execution"], ["T2", "T3"]),
    detection("k", ["Execution", "Persistence"], ["T2.002"]),
    detection("l", ["Persistence"], ["T3"], type_="Hunting"),
)

NASTY = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "</a></li></ul></details></section></main><h1>x",
    "\"onmouseover=alert(1) x='",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
    "{{ 7*7 }}{% for x in y %}",
    "&lt;b&gt; &amp;amp; &#x202e;",
    "abc\u202edef\u2066ghi\u2069\u200f",
    "a\x00b\x01c\x1b[31m\x7f\x85",
    "line\nbreak\r\n\ttab\u2028x\u2029y",
    "lone \udc80 and \ud800 surrogates",
    "not\ufffe\uffff\ufdd0 characters\U000e0041",
    "x" * 300,
    "<!-- --> ]]> --!>",
    "\u05d0\u05d1\u05d2 (1)",
]


def nasty_catalogue(text: str, field: str) -> Catalogue:
    """A catalogue with a text in one field of a detection, beside one that is harmless."""
    plain = detection("plain", ["Execution"], ["T2"], tables=["SecurityEvent"])
    one = detection("k", ["Execution", "Persistence"], ["T2", "T3"], tables=["Syslog"])
    values: dict[str, dict[str, Any]] = {
        "title": {"title": text},
        "type": {"type": text},
        "tactics": {"tactics": ("Execution", text)},
        "techniques": {"techniques": ("T2", text)},
        "connectors": {"connectors": (Connector(id=text, data_types=("Syslog",)),)},
        "data_types": {"connectors": (Connector(id="Some", data_types=(text,)),)},
        "severity": {"severity": text},
        "url": {"url": text},
        "key": {"key": text},
        "id": {"id": text},
    }
    return catalogue(plain, one.model_copy(update=values[field]))


def all_nasty() -> Catalogue:
    """Every hostile text in every field, and all in one cell."""
    return catalogue(
        *(
            detection(
                f"k{n}", ["Execution", text], ["T1059", text], type_=("Analytics", "Hunting", text)[n % 3]
            ).model_copy(
                update={
                    "title": text,
                    "severity": text,
                    "url": text,
                    "connectors": (Connector(id=text, data_types=(text, "Syslog")),),
                }
            )
            for n, text in enumerate(NASTY)
        )
    )
