"""Hashes, encodings, structures in texts, and IPv4 addresses: values told by Kusto's documentation or worked out."""

from decimal import Decimal
from uuid import UUID

import pytest

from rulefold.kql import QueryError, run

GUID = "ae3133f2-6e22-49ae-b06a-16e6a9b212eb"

VALUES = (
    ('hash_md5("World")', "f5a7924e621e84c9280a9a27e1bcb7f6"),
    ('hash_sha1("World")', "70c07ec18ef89c5309bbb0937f3a6342411e1fdd"),
    ("hash_sha256(datetime(2020-01-01))", "ba666752dc1a20eb750b0eb64e780cc4c968bc9fb8813461c1d7e750f302d71d"),
    ('base64_encode_tostring("Kusto")', "S3VzdG8="),
    ('base64_decode_tostring("S3VzdG8=")', "Kusto"),
    ('base64_decode_tostring("!")', ""),
    ('base64_decode_tostring("/w==")', ""),
    ('base64_decode_toarray("S3U=")', [75, 117]),
    ("base64_encode_fromarray(dynamic([1, 255]))", "Af8="),
    (f'base64_encode_fromguid(toguid("{GUID}"))', "8jMxriJurkmwahbmqbIS6w=="),
    ('base64_decode_toguid("8jMxriJurkmwahbmqbIS6w==")', UUID(GUID)),
    ('url_encode("https://é x")', "https%3a%2f%2f%c3%a9+x"),
    ('url_encode_component("a b")', "a%20b"),
    ('url_decode("https%3a%2f%2fé")', "https://é"),
    ('parse_url("s://u:p@h:1/a/b?k=v&l=#f").Path', "/a/b"),
    ('parse_url("s://u:p@h:1/a/b?k=v&l=#f")["Query Parameters"]', {"k": "v", "l": ""}),
    ('parse_url("https://h").Host', "h"),
    ('parse_urlquery("k1=v1&k2=a=b")', {"Query Parameters": {"k1": "v1", "k2": "a=b"}}),
    ('parse_path(@"C:\\a\\b.tar.gz:s").DirectoryPath', "C:\\a"),
    ('parse_path(@"C:\\a\\b.tar.gz:s").Extension', "gz"),
    ('parse_path(@"C:\\a\\b.tar.gz:s").AlternateDataStreamName', "s"),
    ('parse_path("b.txt").Filename', "b.txt"),
    ('parse_csv(\'a,"b,""c",\\nd\')', ["a", 'b,"c', ""]),
    ("parse_command_line('echo \"hello world!\"', 'windows')", ["echo", "hello world!"]),
    ('parse_version("1.2.3.4")', Decimal("1000000020000000300000004")),
    ('parse_version("1.x")', None),
    ('extract_json("$.a.b[0]", \'{"a": {"b": [7]}}\', typeof(int))', 7),
    ("extract_json(\"$['a b']\", '{\"a b\": [1,2]}')", "[1,2]"),
    ('extract_json("$.a", "no JSON")', ""),
    ('dynamic_to_json(dynamic({"b": [1, {"d": null, "c": "x"}], "a": 2}))', '{"a":2,"b":[1,{"c":"x","d":null}]}'),
    ('ipv4_is_private("10.1.2.3")', True),
    ('ipv4_is_private("172.32.0.1")', False),
    ('ipv4_is_private("192.168.1.1/24")', True),
    ('ipv4_is_private("10.1.2.300")', None),
    ('ipv4_is_match("192.168.1.1/24", "192.168.1.255")', True),
    ('ipv4_is_match("192.168.1.1", "192.168.1.255", 24)', True),
    ('ipv4_is_match("192.168.1.1", "a")', None),
    ('ipv4_compare("192.168.1.1", "192.168.1.2")', -1),
    ('ipv4_is_in_range("192.168.1.6", "192.168.1.1/24")', True),
    ('ipv4_is_in_range("192.168.2.6", "192.168.1.1/24")', False),
    ('ipv4_is_in_any_range("1.1.1.1", dynamic(["10.0.0.0/8", "1.0.0.0/8"]))', True),
    ('parse_ipv4("192.1.168.1")', 3221334017),
    ('parse_ipv4_mask("127.0.0.1", 24)', 2130706432),
    ("format_ipv4(3232236031)", "192.168.1.255"),
    ('format_ipv4("192.168.1.1/24", 32)', "192.168.1.0"),
    ('format_ipv4_mask("192.168.1.1", 24)', "192.168.1.0/24"),
    ('format_ipv4("192.168.1.1", -1)', ""),
    ('ipv4_netmask_suffix("10.1.2.3/24")', 24),
    ('ipv4_range_to_cidr_list("1.1.1.0", "1.1.2.255")', ["1.1.1.0/24", "1.1.2.0/24"]),
    ('has_ipv4("05:04:54 127.0.0.1 GET", "127.0.0.1")', True),
    ('has_ipv4("05:04:54127.0.0.1 GET", "127.0.0.1")', False),
    ('has_ipv4("127.0.0.256", "127.0.0.256")', False),
    ('has_ipv4_prefix("05 127.0.0.1 GET", "127.0.")', True),
    ('has_ipv4_prefix("05 127.0.0.1 GET", "127.0")', False),
    ('has_any_ipv4("a 1.1.1.1", "1.1.1.2", "1.1.1.1")', True),
)

REFUSED = (
    'hash("World")',
    "hash_md5(1h)",
    'url_encode("a~b")',
    'url_decode("a+b")',
    'url_decode("%ff")',
    "base64_encode_fromarray(dynamic([256]))",
    'parse_urlquery("a=1&a=2")',
    'parse_path("/file.txt")',
    "parse_command_line('a \"b', 'windows')",
    'parse_command_line("a b", "unix")',
    'parse_version("123456789.1")',
    'extract_json("$..a", "{}")',
    'ipv4_is_in_any_range("1.1.1.1", "a")',
    'ipv4_range_to_cidr_list("1.1.1.2", "1.1.1.1")',
    'parse_user_agent("Mozilla", "browser")',
)


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_a_value(expression: str, expected: object) -> None:
    assert run(f"print x = {expression}").rows == ((expected,),)


@pytest.mark.parametrize("expression", REFUSED)
def test_a_refusal(expression: str) -> None:
    with pytest.raises(QueryError):
        run(f"print x = {expression}")


def test_each_new_guid_is_another() -> None:
    rows = run("range x from 1 to 3 step 1 | extend g = new_guid() | project g").rows
    assert len(set(rows)) == 3


def test_addresses_of_each_row() -> None:
    rows = (
        'datatable(i: string, r: string, n: int)["10.0.0.1", "10.0.0.0/8", 24, "300.1.1.1", "10.0.0.0/8", 3, "", "", 1]'
    )
    calls = "ipv4_is_in_range(i, r), ipv4_is_match(i, r, n), ipv4_is_private(i), format_ipv4_mask(i, n), parse_ipv4(r)"
    assert run(f"{rows} | project {calls}").rows == (
        (True, True, True, "10.0.0.0/24", 167772160),
        (None, None, None, "", 167772160),
        (None, None, None, "", None),
    )


def test_addresses_that_rows_name() -> None:
    query = """datatable(t:string, d:dynamic) [
        'a 1.1.1.1', dynamic(['1.1.1.2', '1.1.1.1']),
        'a 1.1.1.11', dynamic(['1.1.1.1', 5]),
        'a1.1.1.1', dynamic(['1.1.1.1']),
        'a 1x1.1.1', dynamic(['1.1.1.1']),
        'a 1.1.1.300', dynamic(['1.1.1.300', '']),
        '(1.1.1.1)', dynamic('1.1.1.1'),
        '', dynamic(null)]
        | project has_any_ipv4(t, d), has_any_ipv4(t, tostring(d[1]), '1.1.1.11')"""
    assert run(query).rows == (
        (True, True), (False, True), (False, False), (False, False), (False, False), (True, False), (False, False),
    )  # fmt: skip


def test_addresses_of_a_query() -> None:
    query = """let known = toscalar(datatable(i:string) ['10.0.0.1', '10.0.0.2'] | summarize make_set(i));
        datatable(d:dynamic) [dynamic({'ip': '10.0.0.2'}), dynamic({'ip': '10.0.0.20'})]
        | project has_any_ipv4(d, known)"""
    assert run(query).rows == ((True,), (False,))
