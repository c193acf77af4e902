"""Templates to text: everything that they print is escaped, and an unknown name in them is an error."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from rulefold.report.page.words import breakable, counted, number, spread
from rulefold.report.visible import visible


def render(name: str, **values: object) -> str:
    """A template filled in.

    Nothing can be forgotten: all that is printed has passed `visible` and is escaped, wherever it stands.
    """
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
    )
    environment.filters |= {"number": number, "breakable": breakable}
    environment.globals |= {"counted": counted, "spread": spread}
    return environment


def _source(name: str) -> str:
    """A template without its indentation, which would be a fifth of the page."""
    text = (files("rulefold.report.page") / "templates" / name).read_text(encoding="utf-8")
    return "\n".join(filter(None, map(str.strip, text.split("\n"))))


def _finalize(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)
