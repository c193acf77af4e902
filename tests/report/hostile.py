"""Detections whose every field holds what must not be taken for anything but text."""

from rulefold.model import Catalogue, Connector, Detection, Rows

NAMES = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</style></title></svg>]]>-->",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "＝1",
    "\u202eevil\u202c \u2066x",
    "x" * 300,
    "\"quoted\", 'single' & `tick` | pipe; semicolon",
    "line\nbreak\r\nand \x1b[31mescape\x07",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "\U0001f600 \u0000 nul",
    " leading and trailing ",
)


def detections() -> list[Detection]:
    """One detection for each name, which stands in every field that a report may show."""
    return [
        Detection(
            id=name,
            key=f"{number:08x}-0000-4000-8000-000000000000",
            title=name,
            description=name,
            type="Analytics" if number % 2 else "Hunting",
            tactics=("Execution", name),
            techniques=("T1059", name),
            platforms=(name,),
            data_types=(name,),
            connectors=(Connector(id=name, data_types=(name,), platforms=(name,)),),
            severity=name,
            url=name,
            ingested_date=name,
            query=name,
            rows=Rows(seen=4, product=4),
        )
        for number, name in enumerate(NAMES)
    ]


def hostile_catalogue() -> Catalogue:
    """All of them, and one whose type is a hostile name too."""
    odd = detections()[0].model_copy(update={"key": "ffffffff-0000-4000-8000-000000000000", "type": NAMES[0]})
    return Catalogue(rulefold="test", detections=(*detections(), odd))
