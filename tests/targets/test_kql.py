"""The queries in files of their own: verbatim, under names that any file system takes."""

from pathlib import Path

from hypothesis import given

from rulefold.chain import output_files
from rulefold.model import Catalogue
from rulefold.targets import kql_files
from tests.conftest import ROOT, examples
from tests.pages_text import block, built, detections, entries, page
from tests.targets.nasty import catalogues


@examples(15)
@given(catalogues)
def test_queries_are_verbatim(catalogue: Catalogue) -> None:
    files = kql_files.emit(catalogue)
    assert list(files.values()) == [detection.query for detection in catalogue.detections]
    assert list(files) == [f"kql/{detection.key}.kql" for detection in catalogue.detections]


def test_as_the_page_has_them() -> None:
    query = "\n\n  T\t// ü \U0001f600\n| take 1   \n\n"
    (detection,) = detections(entries(page(block(query=query))))
    assert kql_files.emit(Catalogue(rulefold="", detections=(detection,)))[f"kql/{detection.key}.kql"] == query


def test_the_seed_query_stands_on_its_page() -> None:
    page_bytes = (ROOT / "catalog" / "Rules_5587-5607.md").read_bytes()
    query = output_files(built(ROOT / "catalog"), ["kql"])["kql/55fbc363-6cc9-4201-bd68-d980b612082b.kql"]
    assert page_bytes.count(b"### KQL\n```kql\n" + query + b"\n```\n") == 20
    assert b"```" not in query


def test_every_query_of_the_real_catalogue_has_its_file(shared: Path) -> None:
    build = built(shared / "corpus" / "pages")
    files = {path: data for path, data in output_files(build, ["kql"]).items() if path.startswith("kql/")}
    assert list(files.values()) == [detection.query.encode() for detection in build.catalogue.detections]
    assert len({path.lower() for path in files}) == 622
