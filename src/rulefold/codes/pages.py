"""RF0xx: what is to be said about pages."""

from rulefold.diagnostics import Code, Severity

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

INVALID_PAGE = Code(
    "RF001",
    "invalid-page",
    _ERROR,
    "A page has bytes outside its rule blocks that are not UTF-8 text.",
    "Pages are UTF-8, with or without a byte-order mark. A page in another encoding (UTF-16, Windows-1252) has no"
    " headings that could be found, so none of its rules can be read. Convert it to UTF-8.",
    "a page saved as UTF-16",
    "the same page saved as UTF-8",
)
EMPTY_PAGE = Code(
    "RF002",
    "empty-page",
    _WARNING,
    "A page holds no rule block.",
    "A rule block starts with a heading of the second level (`## Title`). A page without one adds nothing to the "
    "catalogue.",
    "# Rules: 1-21",
    "# Rules: 1-21\n\n## Title of the first rule\n…",
)
STRAY_TEXT = Code(
    "RF003",
    "stray-text",
    _WARNING,
    "Text stands on a page outside of every rule block.",
    "Only the page's heading belongs before the first rule block. Other text there is not part of any rule and is"
    " not written out.",
    "# Rules: 1-21\n\nDraft, ask the team before use.\n\n## Title",
    "# Rules: 1-21\n\n## Title",
)
TOO_LARGE = Code(
    "RF004",
    "too-large",
    _ERROR,
    "A page, or a stretch of it, is too large to be read.",
    "Text that does not have the plain form of a rule block is read by the general Markdown reader, which takes "
    "up to 4 MiB or 250,000 lines at a time. A longer stretch without a rule block in the plain form is refused "
    "as one reject. So is what follows on a page after 25,000 blocks.",
    "a page of 100 MB that is one unclosed code fence",
    "the same rules as separate pages",
)
MORE_FAULTS = Code(
    "RF005",
    "more-faults",
    _ERROR,
    "A page has more faulty blocks than are reported one by one.",
    "The first 1,000 faults of a page are reported one by one. The blocks behind the rest are counted and kept "
    "among the rejects like all others.",
    "a page of 1,000,000 empty headings",
    "a page of rule blocks",
)
