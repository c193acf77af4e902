"""RF6xx: what is to be said about settings."""

from rulefold.diagnostics import Code, Severity

_WARNING, _NOTE = Severity.WARNING, Severity.NOTE

EXPIRED_EXEMPTION = Code(
    "RF601",
    "expired-exemption",
    _WARNING,
    "An exemption in the settings has expired.",
    "The day until which the findings were not to be told has passed, so they are told again. Mend the rule, or decide "
    "anew.",
    "until = 2020-01-01",
    "no exemption, or one with a day to come",
)
UNUSED_EXEMPTION = Code(
    "RF602",
    "unused-exemption",
    _NOTE,
    "An exemption in the settings is about nothing.",
    "No finding of these codes is told of the detection. The rule was mended or is gone, or the id is misspelled.",
    "an exemption for a rule that is no longer there",
    "no exemption",
)
