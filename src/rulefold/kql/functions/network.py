"""Functions of IP addresses."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function("format_ipv4", "(ip: scalar, prefix: long?) -> string", "The IPv4 address, or its network, as text."),
    Function("format_ipv4_mask", "(ip: scalar, prefix: long) -> string", "The IPv4 network as text in CIDR notation."),
    Function(
        "geo_info_from_ip_address",
        "(ip: string) -> dynamic",
        "What is known of the place of an IP address, as a bag.",
    ),
    Function(
        "has_any_ipv4",
        "(source: string/dynamic, ips: string+) -> bool; (source: string/dynamic, ips: array) -> bool",
        "Whether one of some IPv4 addresses occurs in the text.",
    ),
    Function(
        "has_any_ipv4_prefix",
        "(source: string/dynamic, ip_prefixes: string+) -> bool; (source: string/dynamic, ip_prefixes: array) -> bool",
        "Whether an IPv4 address with one of some prefixes occurs in the text.",
    ),
    Function("has_ipv4", "(source: string/dynamic, ip: string) -> bool", "Whether an IPv4 address occurs in the text."),
    Function(
        "has_ipv4_prefix",
        "(source: string/dynamic, ip_prefix: string) -> bool",
        "Whether an IPv4 address with a prefix occurs in the text.",
    ),
    Function(
        "ipv4_compare",
        "(ip1: string, ip2: string, prefix: long?) -> long",
        "-1, 0 or 1: the order of two IPv4 addresses or networks.",
    ),
    Function(
        "ipv4_is_in_any_range",
        "(ip: string/dynamic, ranges: string+) -> bool; (ip: string/dynamic, ranges: array) -> bool",
        "Whether an IPv4 address lies in any of some networks.",
    ),
    Function(
        "ipv4_is_in_range",
        "(ip: string, ip_range: string) -> bool",
        "Whether an IPv4 address lies in a network.",
    ),
    Function(
        "ipv4_is_match",
        "(ip1: string, ip2: string, prefix: long?) -> bool",
        "Whether two IPv4 addresses or networks are the same.",
    ),
    Function("ipv4_is_private", "(ip: string) -> bool", "Whether an IPv4 address is in a private network."),
    Function("ipv4_netmask_suffix", "(ip: string) -> long", "The length of the prefix of an IPv4 network."),
    Function(
        "ipv4_range_to_cidr_list",
        "(start_ip: string, end_ip: string) -> dynamic",
        "The networks that make up a range of IPv4 addresses, as an array.",
    ),
    Function(
        "ipv6_compare",
        "(ip1: string, ip2: string, prefix: long?) -> long",
        "-1, 0 or 1: the order of two IPv6 or IPv4 addresses or networks.",
    ),
    Function(
        "ipv6_is_in_any_range",
        "(ip: string/dynamic, ranges: string+) -> bool; (ip: string/dynamic, ranges: array) -> bool",
        "Whether an IPv6 address lies in any of some networks.",
    ),
    Function(
        "ipv6_is_in_range",
        "(ip: string, ip_range: string) -> bool",
        "Whether an IPv6 address lies in a network.",
    ),
    Function(
        "ipv6_is_match",
        "(ip1: string, ip2: string, prefix: long?) -> bool",
        "Whether two IPv6 or IPv4 addresses or networks are the same.",
    ),
    Function("parse_ipv4", "(ip: string) -> long", "The IPv4 address as a number."),
    Function(
        "parse_ipv4_mask",
        "(ip: string, prefix: long) -> long",
        "The IPv4 address, cut to a prefix, as a number.",
    ),
    Function("parse_ipv6", "(ip: string) -> string", "The IPv6 or IPv4 address in the canonical form of IPv6."),
    Function(
        "parse_ipv6_mask",
        "(ip: string, prefix: long) -> string",
        "The IPv6 or IPv4 address, cut to a prefix, in the canonical form of IPv6.",
    ),
)
