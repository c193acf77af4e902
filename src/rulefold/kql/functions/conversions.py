"""Functions that turn a value into one of another type, or into another unit."""

from rulefold.kql.functions.table import Function


def _conversion(what: str, units: str) -> Function:
    """A conversion between units; other units than these are null, not refused."""
    text = f"(value: real, from: string{{{units}}}, to: string{{{units}}}) -> real"
    return Function(f"convert_{what}", text, f"The {what} in another unit.")


ROWS = (
    _conversion(
        "angle",
        "Arcminute|Arcsecond|Centiradian|Deciradian|Degree|Gradian|Microdegree|Microradian|Millidegree|Milliradian|"
        "Nanodegree|Nanoradian|NatoMil|Radian|Revolution|Tilt",
    ),
    _conversion(
        "energy",
        "BritishThermalUnit|Calorie|DecathermEc|DecathermImperial|DecathermUs|ElectronVolt|Erg|FootPound|"
        "GigabritishThermalUnit|GigaelectronVolt|Gigajoule|GigawattDay|GigawattHour|HorsepowerHour|Joule|"
        "KilobritishThermalUnit|Kilocalorie|KiloelectronVolt|Kilojoule|KilowattDay|KilowattHour|"
        "MegabritishThermalUnit|Megacalorie|MegaelectronVolt|Megajoule|MegawattDay|MegawattHour|Millijoule|"
        "TeraelectronVolt|TerawattDay|TerawattHour|ThermEc|ThermImperial|ThermUs|WattDay|WattHour",
    ),
    _conversion(
        "force",
        "Decanewton|Dyn|KilogramForce|Kilonewton|KiloPond|KilopoundForce|Meganewton|Micronewton|Millinewton|Newton|"
        "OunceForce|Poundal|PoundForce|ShortTonForce|TonneForce",
    ),
    _conversion(
        "length",
        "Angstrom|AstronomicalUnit|Centimeter|Chain|DataMile|Decameter|Decimeter|DtpPica|DtpPoint|Fathom|Foot|Hand|"
        "Hectometer|Inch|KilolightYear|Kilometer|Kiloparsec|LightYear|MegalightYear|Megaparsec|Meter|Microinch|"
        "Micrometer|Mil|Mile|Millimeter|Nanometer|NauticalMile|Parsec|PrinterPica|PrinterPoint|Shackle|SolarRadius|"
        "Twip|UsSurveyFoot|Yard",
    ),
    _conversion(
        "mass",
        "Centigram|Decagram|Decigram|EarthMass|Grain|Gram|Hectogram|Kilogram|Kilopound|Kilotonne|LongHundredweight|"
        "LongTon|Megapound|Megatonne|Microgram|Milligram|Nanogram|Ounce|Pound|ShortHundredweight|ShortTon|Slug|"
        "SolarMass|Stone|Tonne",
    ),
    _conversion(
        "speed",
        "CentimeterPerHour|CentimeterPerMinute|CentimeterPerSecond|DecimeterPerMinute|DecimeterPerSecond|FootPerHour|"
        "FootPerMinute|FootPerSecond|InchPerHour|InchPerMinute|InchPerSecond|KilometerPerHour|KilometerPerMinute|"
        "KilometerPerSecond|Knot|MeterPerHour|MeterPerMinute|MeterPerSecond|MicrometerPerMinute|MicrometerPerSecond|"
        "MilePerHour|MillimeterPerHour|MillimeterPerMinute|MillimeterPerSecond|NanometerPerMinute|NanometerPerSecond|"
        "UsSurveyFootPerHour|UsSurveyFootPerMinute|UsSurveyFootPerSecond|YardPerHour|YardPerMinute|YardPerSecond",
    ),
    _conversion(
        "temperature",
        "DegreeCelsius|DegreeDelisle|DegreeFahrenheit|DegreeNewton|DegreeRankine|DegreeReaumur|DegreeRoemer|Kelvin|"
        "MillidegreeCelsius|SolarTemperature",
    ),
    _conversion(
        "volume",
        "AcreFoot|AuTablespoon|BoardFoot|Centiliter|CubicCentimeter|CubicDecimeter|CubicFoot|CubicHectometer|"
        "CubicInch|CubicKilometer|CubicMeter|CubicMicrometer|CubicMile|CubicMillimeter|CubicYard|Decaliter|"
        "DecausGallon|Deciliter|DeciusGallon|HectocubicFoot|HectocubicMeter|Hectoliter|HectousGallon|"
        "ImperialBeerBarrel|ImperialGallon|ImperialOunce|ImperialPint|KilocubicFoot|KilocubicMeter|KiloimperialGallon|"
        "Kiloliter|KilousGallon|Liter|MegacubicFoot|MegaimperialGallon|Megaliter|MegausGallon|MetricCup|"
        "MetricTeaspoon|Microliter|Milliliter|OilBarrel|UkTablespoon|UsBeerBarrel|UsCustomaryCup|UsGallon|UsLegalCup|"
        "UsOunce|UsPint|UsQuart|UsTablespoon|UsTeaspoon",
    ),
    Function(
        "format_bytes",
        "(size: number, precision: constant number?, format: constant string?) -> string",
        "The size as text, in bytes, KB, MB and so on.",
        column="@1",
    ),
    Function(
        "gettype",
        "(value: scalar) -> string",
        "The name of the type that the value has when the query runs.",
        column="type_@1",
    ),
    Function("tobool", "(value: scalar) -> bool", "The value as a bool.", column="@1", aliases=("toboolean",)),
    Function("todatetime", "(value: scalar) -> datetime", "The value as a datetime.", column="@1"),
    Function("todecimal", "(value: scalar) -> decimal", "The value as a decimal.", column="@1"),
    Function("todouble", "(value: scalar) -> real", "The value as a real.", column="@1"),
    Function(
        "todynamic",
        "(value: string) -> dynamic",
        "The value that a text in JSON stands for.",
        column="@1",
        aliases=("toobject",),
    ),
    Function("toguid", "(value: string/dynamic) -> guid", "The value as a guid.", column="@1"),
    Function(
        "tohex",
        "(value: integer, minLength: integer?) -> string",
        "The integer as text in hexadecimal digits.",
        column="@1",
    ),
    Function("toint", "(value: scalar) -> int", "The value as an int.", column="@1"),
    Function("tolong", "(value: scalar) -> long", "The value as a long.", column="@1"),
    Function("toreal", "(value: scalar) -> real", "The value as a real.", column="@1"),
    Function("tostring", "(value: scalar) -> string", "The value as a string.", column="@1"),
    Function("totimespan", "(value: scalar) -> timespan", "The value as a timespan.", column="@1", aliases=("totime",)),
)
