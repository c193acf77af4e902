"""Layers for MITRE's ATT&CK Navigator: those of the coverage report, and what of the rules they do not show."""

from collections.abc import Iterator

from rulefold.attack.shipped import DEFAULT_VERSION, VERSIONS
from rulefold.model import Catalogue
from rulefold.targets.frame import Emitted, Loss, Option, Options

OPTIONS = (Option("attack", "the version of ATT&CK", DEFAULT_VERSION, VERSIONS),)

_NOT_TECHNIQUES = "a layer shows where rules are, and not what they are"
_NO_PAIR = "ATT&CK has none of the rule's techniques under one of its tactics"
_NO_TECHNIQUE = "the rule names no technique, and a layer shows nothing else"


def emit(catalogue: Catalogue, options: Options) -> Emitted:
    """`layer.json`, a list of layers in format 4.5; a rule without a declared pair is in none of them, and a loss."""
    from rulefold.attack import load  # the report is only loaded for who asks for it
    from rulefold.report import layers, report

    found = report(catalogue, load(options["attack"]))
    told = (Loss(None, "query", _NOT_TECHNIQUES),) if catalogue.detections else ()
    return Emitted(
        {path: str(text) for path, text in layers.emit(found).items()},
        (*told, *_losses(catalogue, found.coverage.all.mapped)),
    )


def _losses(catalogue: Catalogue, mapped: frozenset[str]) -> Iterator[Loss]:
    for detection in catalogue.detections:
        if detection.key not in mapped:
            if detection.techniques:
                stated = ", ".join((*detection.tactics, *detection.techniques))
                yield Loss(detection.key, "techniques", _NO_PAIR, stated)
            else:
                yield Loss(detection.key, "techniques", _NO_TECHNIQUE, ", ".join(detection.tactics) or None)
