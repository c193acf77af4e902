"""`rulefold explain` and `rulefold schema`: what codes mean, and what a catalogue looks like."""

import click


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Say what a diagnostic CODE means; without one, list them all."""
    from rulefold.cli.terminal import print_table
    from rulefold.codes import CODES

    if code is None:
        rows = [(known.id, str(known.severity), known.name, known.summary) for known in CODES.values()]
        print_table(("CODE", "SEVERITY", "NAME", "MEANING"), rows)
        return 0
    found = CODES.get(code.upper()) or next((known for known in CODES.values() if known.name == code.lower()), None)
    if found is None:
        raise click.UsageError(f"{code}: no such code; `rulefold explain` lists them")
    head = click.style(f"{found.id} {found.name}", bold=True)
    click.echo(f"{head} ({found.severity})\n\n{found.summary}\n")
    click.echo(click.wrap_text(found.meaning, width=80))
    for label, example in (("wrong", found.bad), ("right", found.good)):
        click.echo(f"\n{label}:\n")
        click.echo("\n".join(f"    {line}".rstrip() for line in example.split("\n")))
    return 0


@click.command()
def schema() -> int:
    """Print the JSON Schema of catalogue.json."""
    from rulefold.model import Catalogue
    from rulefold.targets import FORMATS

    click.echo(FORMATS["schema"].emit(Catalogue(rulefold=""))["catalogue.schema.json"], nl=False)
    return 0
