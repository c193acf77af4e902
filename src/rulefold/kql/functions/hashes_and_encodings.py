"""Functions that hash, encode, compress, and their inverses."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function(
        "base64_decode_toarray",
        "(base64_string: string) -> dynamic",
        "The bytes that a text in Base64 stands for, as an array.",
    ),
    Function("base64_decode_toguid", "(base64_string: string) -> guid", "The guid that a text in Base64 stands for."),
    Function(
        "base64_decode_tostring",
        "(base64_string: string) -> string",
        "The text that a text in Base64 stands for.",
        aliases=("base64_decodestring",),
    ),
    Function(
        "base64_encode_fromarray",
        "(base64_string_decoded_as_array: array) -> string",
        "The bytes of an array in Base64.",
    ),
    Function("base64_encode_fromguid", "(guid: guid) -> string", "The guid in Base64."),
    Function(
        "base64_encode_tostring",
        "(string: string) -> string",
        "The text in Base64.",
        aliases=("base64_encodestring",),
    ),
    Function(
        "gzip_compress_to_base64_string",
        "(string: string) -> string",
        "The text, compressed by gzip, in Base64.",
    ),
    Function(
        "gzip_decompress_from_base64_string",
        "(string: string) -> string",
        "The text that was compressed by gzip and written in Base64.",
    ),
    Function(
        "hash",
        "(source: nondynamic, mod: integer?) -> long",
        "A hash of the value, below a modulus if there is one.",
    ),
    Function("hash_combine", "(source: scalar[2..]) -> long", "A hash made of several hashes."),
    Function("hash_many", "(source: nondynamic+) -> long", "A hash of several values together."),
    Function("hash_md5", "(source: nondynamic) -> string", "The MD5 hash of the value, in hexadecimal digits."),
    Function("hash_sha1", "(source: nondynamic) -> string", "The SHA-1 hash of the value, in hexadecimal digits."),
    Function("hash_sha256", "(source: nondynamic) -> string", "The SHA-256 hash of the value, in hexadecimal digits."),
    Function(
        "hash_xxhash64",
        "(source: nondynamic, mod: integer?) -> long",
        "The xxHash64 hash of the value, below a modulus if there is one.",
    ),
    Function("new_guid", "() -> guid", "A new random guid."),
    Function("punycode_domain_from_string", "(string: string) -> string", "The domain name in Punycode."),
    Function(
        "punycode_domain_to_string",
        "(string: string) -> string",
        "The domain name that one in Punycode stands for.",
    ),
    Function("punycode_from_string", "(string: string) -> string", "The text in Punycode."),
    Function("punycode_to_string", "(string: string) -> string", "The text that one in Punycode stands for."),
    Function("url_decode", "(encoded_url: string) -> string", "The text that one encoded for a URL stands for."),
    Function("url_encode", "(url: string) -> string", "The text encoded for a URL, with + for a space."),
    Function("url_encode_component", "(url: string) -> string", "The text encoded as a component of a URL."),
    Function(
        "zlib_compress_to_base64_string",
        "(string: string) -> string",
        "The text, compressed by zlib, in Base64.",
    ),
    Function(
        "zlib_decompress_from_base64_string",
        "(string: string) -> string",
        "The text that was compressed by zlib and written in Base64.",
    ),
)
