"""verify-pack."""

from pathlib import Path

import click

from anxin.cli.audit import Noted


@click.command("verify-pack")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--noted", type=Noted(), default=None, help="A link noted outside must be the same in the pack.")
@click.option("--here", is_flag=True, help="Hold its links against this system's own trail as well.")
def verify_pack(file: Path, noted: tuple[int, str] | None, here: bool) -> None:
    """Prove an evidence pack, offline; exit code 1 names what was changed."""
    from anxin.remedies import verify

    wrong = verify.verify(file, noted)
    if here and not wrong:
        from anxin.remedies.evidence_pack import stands_here

        wrong = stands_here(file)
    if wrong:
        raise click.ClickException("The pack does not hold: " + "; ".join(wrong))
    number, digest, at = verify.seal_of(file)
    click.echo(f"The pack holds: sealed {at} by link {number}:{digest}")


COMMANDS = (verify_pack,)
