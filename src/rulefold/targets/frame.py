"""What a target is: a function from a catalogue and options to files, and to what the files cannot hold."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Self
from uuid import UUID, uuid5

from rulefold.model import Catalogue

# The namespace of ids that are made: version 5 of `urn:rulefold:export` among URLs.
NAMESPACE = UUID("9ccb0ed6-32e1-52e7-806f-a66d99ad52e3")

_NO_NAME = re.compile(r"[^A-Za-z0-9]+")
_MAX_SLUG = 80


@dataclass(frozen=True, slots=True)
class Loss:
    """What a target cannot hold.

    `detection` is the key of the rule, or None for what is true of all rules and said once.  `field` is named as in the
    catalogue, or as in Sentinel's rules for what the pages never had.  A reason is the same for all rules it is true
    of; `value` is what is lost.  `refused` says that the rule is not written at all.
    """

    detection: str | None
    field: str
    reason: str
    value: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Emitted:
    """Files as a mapping from path to text, and the losses in the order of the catalogue."""

    files: Mapping[str, str]
    losses: tuple[Loss, ...] = ()

    @property
    def refused(self) -> int:
        """How many detections are not written."""
        return len({loss.detection for loss in self.losses if loss.refused})

    def settled(self) -> Self:
        """The same without what is lost of rules that are refused: of these nothing is written."""
        refused = {loss.detection for loss in self.losses if loss.refused}
        losses = (loss for loss in self.losses if loss.refused or loss.detection not in refused)
        return replace(self, losses=tuple(losses))


Options = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a target: its name, what it says, its default, and its values where these are fixed."""

    name: str
    summary: str
    default: str
    values: tuple[str, ...] = ()


class OptionError(ValueError):
    """A target has no such option, or the option no such value."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something to export to: its name, what it writes, the function that makes it, and its options."""

    name: str
    summary: str
    emit: Callable[[Catalogue, Options], Emitted]
    options: tuple[Option, ...] = field(default=())

    def export(self, catalogue: Catalogue, given: Options | None = None) -> Emitted:
        """The files of a catalogue.  Raises OptionError."""
        return self.emit(catalogue, self.chosen(given or {})).settled()

    def chosen(self, given: Options) -> dict[str, str]:
        """The value of each option: the given one, or its default.  Raises OptionError."""
        known = {option.name: option for option in self.options}
        for name, value in given.items():
            if name not in known:
                has = f"it has {', '.join(known)}" if known else "it has none"
                raise OptionError(f"{self.name} has no option {name}; {has}")
            values = known[name].values
            if values and value not in values:
                raise OptionError(f"{name} of {self.name}: found {value!r}, expected one of {', '.join(values)}")
        return {name: given.get(name, option.default) for name, option in known.items()}


def made_id(*parts: str) -> str:
    """A UUID made of texts: version 5 of RFC 9562, the same for the same texts."""
    return str(uuid5(NAMESPACE, "\0".join(parts)))


def made_name(title: str, key: str) -> str:
    """A name of letters, digits and underscores, from the title of a rule, and from its key, which makes it unique."""
    slug = _NO_NAME.sub("_", title).strip("_")[:_MAX_SLUG].strip("_")
    return "_".join(part for part in ("Rule", slug, made_id("name", key)[:8]) if part)


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The names that a name may have meant, best first."""
    return get_close_matches(name.lower(), list(names), n=3, cutoff=0.5)
