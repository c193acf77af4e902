"""How wide a text is, for pictures: there is nobody to ask when a file is written.

The widths are those of Helvetica (Adobe Font Metrics), which Arial and Liberation Sans share, in thousandths of the
size.
"""

from unicodedata import combining, east_asian_width

from rulefold.visible import cut

FONTS = "Arial, Helvetica, 'Liberation Sans', sans-serif"
BOLD = 1.08  # bold letters are wider by about as much

_BY_WIDTH = {
    191: "'",
    222: "ijl‘’",
    260: "|",
    278: " !,./:;I[\\]ft·",
    333: "()-`r“”",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopqu–",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    737: "©®",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "…—",
    1015: "@",
}
_WIDTHS = {character: width for width, characters in _BY_WIDTH.items() for character in characters}
_OTHER = 667


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in letters of a size."""
    return sum(map(_width, text)) * size / 1000 * (BOLD if bold else 1)


def _width(character: str) -> int:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if combining(character):
        return 0
    return 1000 if east_asian_width(character) in "WF" else _OTHER


def fit(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """As much of a text as there is room for, with an ellipsis where that is not all."""
    if width(text, size, bold=bold) <= room:
        return text
    most = len(text)
    while most > 1 and width(cut(text, most), size, bold=bold) > room:
        most -= 1
    return cut(text, most)


def wrap(text: str, room: float, size: float) -> list[str]:
    """A text on one line or two, the first of whole words; what the second has no room for is not cut off here."""
    words = text.split(" ")
    fitting = [n for n in range(1, len(words) + 1) if width(" ".join(words[:n]), size) <= room]
    most = max(fitting, default=1)
    return [line for line in (" ".join(words[:most]), " ".join(words[most:])) if line]
