"""What all targets share: options, made ids and names, what is said of losses; and what holds for each of them."""

import os
import re
import subprocess
import sys
from hashlib import sha1
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given

from rulefold.model import Catalogue
from rulefold.targets import FORMATS, OTHER_LANGUAGES, TARGETS, Emitted, Loss, Option, OptionError, Target
from rulefold.targets.frame import NAMESPACE, made_id, made_name, nearest
from tests.conftest import ROOT, examples
from tests.pages_text import built
from tests.targets.exports import ANALYTICS, HOSTILE, HUNTING, NRT, catalogue, changed, export, hostile
from tests.targets.nasty import catalogues

SURE = ("jsonl", "csv")  # of these two no detection can be too strange


def test_a_target_has_a_row_of_its_own_name_and_is_no_format() -> None:
    assert all(name == target.name for name, target in TARGETS.items())
    assert not TARGETS.keys() & FORMATS.keys()
    assert not TARGETS.keys() & OTHER_LANGUAGES.keys()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"form": "c"}, "form of t: found 'c', expected one of a, b"),
        ({"other": "a"}, "t has no option other; it has form, free"),
    ],
)
def test_options_that_are_refused(given: dict[str, str], message: str) -> None:
    options = (Option("form", "", "a", ("a", "b")), Option("free", "", ""))
    target = Target("t", "", lambda _catalogue, _options: Emitted({}), options)
    with pytest.raises(OptionError, match=f"^{re.escape(message)}$"):
        target.chosen(given)
    assert target.chosen({"form": "b", "free": "any"}) == {"form": "b", "free": "any"}
    assert target.chosen({}) == {"form": "a", "free": ""}


def test_made_ids_are_of_version_five_and_tell_their_parts_apart() -> None:
    assert UUID(made_id("a", "b")).version == 5
    assert len({made_id("a", "b"), made_id("ab"), made_id("a", "b", ""), made_id("b", "a")}) == 4
    digest = sha1(NAMESPACE.bytes + b"a\0b", usedforsecurity=False).digest()  # RFC 9562, 5.5
    assert made_id("a", "b") == str(UUID(bytes=digest[:16], version=5))


@pytest.mark.parametrize("title", [*HOSTILE, "", "Ü", "a b", "x" * 300, "1st"])
def test_made_names_are_identifiers(title: str) -> None:
    name = made_name(title, "key")
    assert name.isidentifier()
    assert name.isascii()
    assert len(name) < 100
    assert name != made_name(title, "other key")


@pytest.mark.parametrize(
    ("name", "found"),
    [("sentinel-yml", ["sentinel-yaml"]), ("Terraforms", ["terraform"]), ("stixx", ["stix"]), ("qqqqq", [])],
)
def test_nearest_names(name: str, found: list[str]) -> None:
    assert nearest(name, TARGETS)[: len(found) or 3] == found


def test_refused_counts_detections_and_not_losses() -> None:
    losses = (
        Loss("a", "x", "", refused=True),
        Loss("a", "y", "", refused=True),
        Loss("b", "x", ""),
        Loss(None, "z", ""),
    )
    assert Emitted({}, losses).refused == 1


def test_nothing_is_lost_of_a_rule_that_is_refused() -> None:
    losses = (Loss("a", "x", ""), Loss("a", "y", "", refused=True), Loss("b", "x", ""), Loss(None, "z", ""))
    assert Emitted({"f": ""}, losses).settled() == Emitted({"f": ""}, losses[1:])
    nameless = changed(ANALYTICS, id="none", severity=None)
    for target in ("sentinel-yaml", "sentinel-arm", "bicep", "terraform", "defender-xdr"):
        told = [loss for loss in export(target, nameless).losses if loss.detection]
        assert all(loss.refused for loss in told)
        assert told


@pytest.mark.parametrize("name", TARGETS)
def test_an_empty_catalogue_makes_no_rule(name: str) -> None:
    emitted = TARGETS[name].export(Catalogue(rulefold="0"))
    assert emitted.losses == ()
    assert all("One rule" not in text for text in emitted.files.values())


@pytest.mark.parametrize("name", TARGETS)
def test_paths_are_plain_and_stay_in_the_folder(name: str) -> None:
    for path in TARGETS[name].export(catalogue(ANALYTICS, NRT, HUNTING)).files:
        assert re.fullmatch(r"[a-z0-9-]+(?:/[a-zA-Z0-9-]+)?\.[a-z]+", path)
        assert path != "manifest.json"


@examples(25)
@given(catalogues)
def test_any_catalogue_is_written_or_refused_rule_by_rule(found: Catalogue) -> None:
    keys = {detection.key for detection in found.detections}
    for name, target in TARGETS.items():
        emitted = target.export(found)
        assert {loss.detection for loss in emitted.losses} <= {None, *keys}
        assert all(loss.reason and loss.field for loss in emitted.losses)
        assert all(text.encode().decode() == text for text in emitted.files.values())
        if name in SURE:
            assert emitted.refused == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_rule_leaves_its_neighbour_as_it_is(text: str) -> None:
    for target in TARGETS.values():
        if any(option.name == "layout" for option in target.options):
            alone = export(target.name, HUNTING, layout="rule").files
            beside = export(target.name, HUNTING, hostile(ANALYTICS, text), layout="rule").files
            assert alone.items() <= beside.items()


DIGEST = """
import hashlib, sys
from rulefold.chain import build
from rulefold.inputs import find_pages
from rulefold.targets import TARGETS

catalogue = build(find_pages(sys.argv[1:])).catalogue
emitted = [(name, sorted(e.files.items()), e.losses) for name, t in TARGETS.items() for e in [t.export(catalogue)]]
print(hashlib.sha256(repr(emitted).encode()).hexdigest(), end="")
"""


def digest_of(folder: Path, hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run([sys.executable, "-c", DIGEST, str(folder)], env=environment, capture_output=True, check=True)
    return run.stdout.decode()


def test_the_same_catalogue_gives_the_same_bytes(shared: Path) -> None:
    assert digest_of(shared / "corpus" / "pages", "1") == digest_of(shared / "corpus" / "pages", "2")


def test_the_seed_can_be_exported_everywhere_but_to_defender() -> None:
    seed = built(ROOT / "catalog").catalogue
    refused = {name for name, target in TARGETS.items() if target.export(seed).refused}
    assert refused == {"defender-xdr"}
