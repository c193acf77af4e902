"""Templates to text: everything that they print is escaped, and an unknown name in them is an error."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from rulefold.html_text.words import breakable, counted, humps, lines, marked, number, spread
from rulefold.visible import visible

_SHARED = "rulefold.html_text"


def render(package: str, name: str, **values: object) -> str:
    """A template of a package filled in; what it includes may stand here, for all packages.

    Nothing can be forgotten: all that is printed has passed `visible` or `lines` and is escaped, wherever it stands.
    """
    return _environment(package).get_template(name).render(values)


def script_hash(package: str, name: str) -> str:
    """What a page's policy says to let a script run that the page includes, and no other: `sha256-…`."""
    return f"sha256-{b64encode(sha256(render(package, name).encode()).digest()).decode()}"


@cache
def _environment(package: str) -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: _source(package, name)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
    )
    environment.filters |= {"number": number, "breakable": breakable, "humps": humps, "lines": lines, "marked": marked}
    environment.globals |= {"counted": counted, "spread": spread}
    return environment


def _source(package: str, name: str) -> str:
    """A template without its indentation, which would be a fifth of the page."""
    own = files(package) / "templates" / name
    file = own if own.is_file() else files(_SHARED) / "templates" / name
    return "\n".join(filter(None, map(str.strip, file.read_text(encoding="utf-8").split("\n"))))


def _finalize(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)
