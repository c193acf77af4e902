"""`parse_xml`: the forms that Kusto's documentation tells, and texts that are no XML."""

import pytest

from rulefold.kql import QueryError, run

VALUES = (
    ("<e/>", {"e": None}),
    ("<e></e>", {"e": ""}),
    ("<e>text</e>", {"e": "text"}),
    ('<e name="value"/>', {"e": {"@name": "value"}}),
    ('<e name="value">text</e>', {"e": {"@name": "value", "#text": "text"}}),
    ("<e> <a>text</a> <b>text</b> </e>", {"e": {"a": "text", "b": "text"}}),
    ("<e><a>1</a><b/><a>2</a></e>", {"e": {"a": ["1", "2"], "b": None}}),
    ("<e><a><b>1</b></a></e>", {"e": {"a": {"b": "1"}}}),
    ('<e a="2>3">&lt;&amp;amp;&quot;</e>', {"e": {"@a": "2>3", "#text": '<&amp;"'}}),
    ("<e>a\\\\b</e>", {"e": "a\\b"}),
    ("", None),
    ("text", None),
    ("<a>", None),
    ("</a>", None),
    ("<a></b>", None),
    ("<a><b></a></b>", None),
    ("<a/><b/>", None),
)

REFUSED = ("<!-- what --><e/>", '<?xml version="1.0"?><e/>', "<e><![CDATA[x]]></e>", "<e>&#65;</e>", "<e>x<a/></e>")


@pytest.mark.parametrize(("xml", "expected"), VALUES)
def test_a_value(xml: str, expected: object) -> None:
    quoted = xml.replace('"', '\\"')
    assert run(f'print x = parse_xml("{quoted}")').rows == ((expected,),)


@pytest.mark.parametrize("xml", REFUSED)
def test_a_refusal(xml: str) -> None:
    with pytest.raises(QueryError):
        run(f"print x = parse_xml('{xml}')")


def test_elements_of_each_row() -> None:
    rows = 'datatable(s: string)["<a><b>1</b><b>2</b></a>", "no"] | extend d = parse_xml(s)'
    assert run(f"{rows} | project d.a.b[1]").rows == (("2",), (None,))
