"""`rulefold.toml`, or the table `tool.rulefold` of pyproject.toml: what a team decides once for all its runs."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from rulefold import codes
from rulefold.diagnostics import Diagnostic, Severity
from rulefold.text import Place

PROJECT = "pyproject.toml"
_EXEMPT = re.compile(r"^[ \t]*(\[\[[ \t]*(?:tool\.rulefold\.)?exempt[ \t]*\]\])", re.MULTILINE)


def _code(text: str) -> str:
    if not any(known.startswith(text) for known in codes.CODES) or not text:
        raise ValueError(f"found {text!r}, which begins no code; see `rulefold explain`")
    return text


Code = Annotated[str, AfterValidator(_code)]


class Table(BaseModel):
    """The settings all tables share: frozen, and closed against unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Exemption(Table):
    """Findings about one detection that the team knows of: until a day, which is the last, or for good.

    `id` is its id or its key; `codes` are codes or what they begin with.
    """

    id: str = Field(min_length=1)
    codes: tuple[Code, ...] = Field(min_length=1)
    reason: str = Field(min_length=1)
    until: date | None = None

    def is_about(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is one of these findings."""
        return (diagnostic.detection or "").lower() == self.id.lower() and diagnostic.code.startswith(self.codes)


class Settings(Table):
    """All that the file can say; what it does not say is as without it.

    `pages`, `output`, `tables`, `functions` and `watchlists` are paths, from the folder of the file.  `ignore` and
    `error` are codes, or what they begin with: findings that are not told, and findings that are errors.
    """

    pages: tuple[str, ...] | None = None
    output: str | None = None
    formats: tuple[str, ...] | None = None
    ignore: tuple[Code, ...] = ()
    error: tuple[Code, ...] = ()
    exempt: tuple[Exemption, ...] = ()
    attack: str | None = None
    platforms: tuple[str, ...] | None = None
    tables: tuple[str, ...] | None = None
    functions: tuple[str, ...] | None = None
    watchlists: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings with the file that they are in, and the lines at which its exemptions begin."""

    settings: Settings
    file: Path
    lines: tuple[int, ...]

    def defaults(self) -> dict[str, dict[str, Any]]:
        """For each command the defaults of its parameters."""
        folder, settings = self.file.parent, self.settings
        pages = tuple((folder / page).as_posix() for page in settings.pages or ())
        output = folder / settings.output if settings.output else None
        around = {
            "tables": tuple((folder / path).as_posix() for path in settings.tables or ()),
            "functions": tuple((folder / path).as_posix() for path in settings.functions or ()),
            "watchlists": (folder / settings.watchlists).as_posix() if settings.watchlists else None,
        }
        found: dict[str, dict[str, Any]] = {
            "build": {"pages": pages, "output": output, "formats": settings.formats, **around},
            **dict.fromkeys(("import", "run", "test", "events"), around),
            "check": {"pages": pages, "attack": settings.attack, **around},
            "coverage": {
                "pages": pages,
                "attack": settings.attack,
                "platforms": settings.platforms,
                "output": output / "coverage" if output else None,
            },
            **{name: {"pages": pages} for name in ("list", "show", "export", "rows")},
        }
        return {name: {key: value for key, value in own.items() if value} for name, own in found.items()}

    def judged(self, diagnostics: Iterable[Diagnostic], today: date, *, complete: bool) -> list[Diagnostic]:
        """The diagnostics as the team judges them: without what is ignored or exempt, and with what is an error.

        At the end stand exemptions that have expired, and, if these are `complete`, those that are about nothing.
        """
        used: set[int] = set()
        kept = [one for one in diagnostics if not self._is_silent(one, today, used)]
        error = self.settings.error
        raised = [replace(one, severity=Severity.ERROR) if one.code.startswith(error) else one for one in kept]
        return [*raised, *self._about_exemptions(used, today, complete)]

    def _is_silent(self, diagnostic: Diagnostic, today: date, used: set[int]) -> bool:
        exempt = self.settings.exempt
        about = [n for n, exemption in enumerate(exempt) if exemption.is_about(diagnostic)]
        used.update(about)
        holds = any((until := exempt[n].until) is None or today <= until for n in about)
        return holds or diagnostic.code.startswith(self.settings.ignore)

    def _about_exemptions(self, used: set[int], today: date, complete: bool) -> Iterator[Diagnostic]:
        for n, exemption in enumerate(self.settings.exempt):
            place = Place(self.file.as_posix(), self.lines[n], 1)
            subject = f"an exemption from {', '.join(exemption.codes)} for {exemption.id}"
            if n not in used and complete:
                yield codes.UNUSED_EXEMPTION.at(place, f"found {subject}, of which nothing is told")
            elif n in used and exemption.until is not None and today > exemption.until:
                message = f"found {subject} that ended on {exemption.until}: {exemption.reason}"
                yield codes.EXPIRED_EXEMPTION.at(place, message)


class SettingsError(ValueError):
    """A file of settings cannot be read: says what was found where."""


def load(file: Path) -> Policy:
    """The settings in a file.  Raises SettingsError, and OSError."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error
    table = content.get("tool", {}).get("rulefold", {}) if file.name == PROJECT else content
    try:
        settings = Settings.model_validate(table)
    except ValidationError as error:
        raise SettingsError(f"{file}: {_first(error)}") from error
    lines = [text.count("\n", 0, found.start(1)) + 1 for found in _EXEMPT.finditer(text)]
    written_inline = len(lines) != len(settings.exempt)
    return Policy(settings, file, (1,) * len(settings.exempt) if written_inline else tuple(lines))


def _first(error: ValidationError) -> str:
    """What is wrong first, and under which key; of several tables the first is 1."""
    first = error.errors()[0]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
    if first["type"] == "extra_forbidden":
        model: type[BaseModel] = Settings if len(first["loc"]) == 1 else Exemption
        return f"found the key {key}, expected one of {', '.join(model.model_fields)}"
    return f"{key}: {first['msg'].removeprefix('Value error, ')}"
