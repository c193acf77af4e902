"""What DuckDB says of what is wrong, in the words of rulefold: on one line, with the place where it is known."""

import re

import duckdb

_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CSV_FILE = re.compile(r"^\s*file = (.+)$", re.MULTILINE)
_CSV_WHY = re.compile(r"^(Expected Number|Invalid unicode|Value with|Error when|Maximum line)(.*)$", re.MULTILINE)
_JSON_PLACE = re.compile(r'(Malformed JSON|JSON transform error) in file "(.+?)", (?:at byte (\d+) )?in (\S+) (\d+): ')
_MALFORMED = "Malformed JSON"
_CLASS = re.compile(r"^[A-Z][A-Za-z ]+ Error: ")


def told(error: duckdb.Error) -> str:
    """What the engine says of what is wrong, on one line, and where it can with the file and the line."""
    message = _CLASS.sub("", str(error))
    if at := _CSV_LINE.search(message):
        file, why = _CSV_FILE.search(message), _CSV_WHY.search(message)
        place = f"{file[1]}:{at[1]}" if file else f"line {at[1]}"
        return f"{place}: {why[0] if why else 'no CSV'}"
    line = message.splitlines()[0].strip() if message else "no reason given"
    if found := _JSON_PLACE.match(line):
        number = int(found[5]) - (found[1] == _MALFORMED)  # of what is malformed the engine tells the line behind it
        where = f"{found[2]}:{number}" if found[4] == "line" else f"{found[2]}: value {number}"
        return f"{where}: {found[1]}{f' at byte {found[3]}' if found[3] else ''}: {line[found.end() :].rstrip('. ')}"
    if "expected records" in line:
        return "found values that are no objects, expected an object for each row"
    return line
