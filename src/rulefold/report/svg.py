"""Pieces of SVG: escaped texts that keep to the room they have, and rectangles."""

from rulefold.report.widths import fit, width
from rulefold.visible import visible

_TIGHT = 0.8  # where a text takes more of its room than this, another font could burst it
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def escaped(text: str) -> str:
    """A text for between tags or within quotes, on one line and with nothing unseen in it."""
    return visible(text).translate(_ESCAPES)


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def text(
    x: float, y: float, words: str, size: float, room: float, *, fill: str = "", anchor: str = "", bold: bool = False
) -> str:
    """A line of text in the room it has: cut where it is too long, and held to its width where it is tight.

    Nothing where there is no room for a letter.
    """
    if room < size:
        return ""
    shown = fit(visible(words), room, size, bold=bold)
    wide = width(shown, size, bold=bold)
    parts = [f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"']
    if fill:
        parts.append(f'fill="{fill}"')
    if anchor:
        parts.append(f'text-anchor="{anchor}"')
    if bold:
        parts.append('font-weight="bold"')
    if wide > _TIGHT * room:
        parts.append(f'textLength="{number(min(wide, room))}" lengthAdjust="spacingAndGlyphs"')
    return f"{' '.join(parts)}>{shown.translate(_ESCAPES)}</text>"


def rect(x: float, y: float, wide: float, high: float, fill: str) -> str:
    """A filled rectangle; `fill` is a colour or `url(#pattern)`."""
    sizes = f'x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(high)}"'
    return f'<rect {sizes} fill="{fill}"/>'
