"""Rule tests: cases with events and what a detection is to find in them, kept as YAML beside the pages.

`finding` is light, as each build looks for cases; `cases` reads them, and `running` needs the engine.
"""
