"""The yardstick: the script one would write in an afternoon to fold rule pages, with markdown-it-py and ruamel.yaml.

usage: plain.py PAGES OUTPUT
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

SETS = {"Tactic": "tactics", "TechniqueId": "techniques", "Platform": "platforms", "DataTypes": "data_types"}


def rows(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Title, fields and query of each block of a page."""
    found: list[tuple[str, dict[str, str], str]] = []
    title, fields, cells = "", dict[str, str](), list[str]()
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for before, token in pairwise(tokens):
        if before.type == "heading_open" and before.tag == "h2":
            title, fields = token.content, {}
        elif before.type == "td_open":
            cells.append(token.content)
        elif token.type == "tr_close":
            if len(cells) == 2:
                fields[cells[0]] = cells[1]
            cells = []
        elif token.type == "fence":
            found.append((title, fields, token.content))
    return found


def main(pages: Path, output: Path) -> None:
    """Fold the pages by their url, and dump them as YAML and JSON."""
    rules: dict[str, dict[str, object]] = {}
    for page in sorted(pages.glob("*.md")):
        for title, fields, query in rows(page.read_text(encoding="utf-8")):
            new: dict[str, object] = {"id": fields["DetectionId"], "title": title, "query": LiteralScalarString(query)}
            rule = rules.setdefault(fields["DetectionUrl"], new)
            for name, key in SETS.items():
                values = rule.setdefault(key, [])
                if isinstance(values, list) and fields[name] and fields[name] not in values:
                    values.append(fields[name])
    output.mkdir(parents=True, exist_ok=True)
    with (output / "catalogue.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(list(rules.values()), file)
    (output / "catalogue.json").write_text(json.dumps(list(rules.values())), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
