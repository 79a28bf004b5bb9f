"""keys status, rotate, reseal."""

import click
from django.conf import settings

from anxin.cli.output import hand, now, print_json, print_table, progress


@click.group()
def keys() -> None:
    """The keys that seal personal fields and evidence."""


@keys.command("status")
@click.option("--json", "as_json", is_flag=True)
def status(as_json: bool) -> None:
    """Which key versions there are and how many values each still seals."""
    from anxin.vault import keys as vault
    from anxin.vault.resealing import versions

    known = vault.load(settings.DATA)
    places = versions()
    rows = [
        {
            "version": version,
            "cipher": vault.cipher_name(key),
            "current": version == known.current,
            "values": sum(counted[version] for counted in places.values()),
        }
        for version, key in sorted(known.encryption.items())
    ]
    unknown = sum(n for counted in places.values() for v, n in counted.items() if v not in known.encryption)
    if as_json:
        by_place = {name: {str(v): n for v, n in sorted(counted.items())} for name, counted in places.items()}
        print_json({"current": known.current, "versions": rows, "unknown": unknown, "places": by_place})
        return
    print_table(
        ["version", "cipher", "", "values"],
        [[r["version"], r["cipher"], "current" if r["current"] else "", r["values"]] for r in rows],
    )
    if unknown:
        click.echo(f"{unknown} values name a version that is not in the key file; restore it.", err=True)


@keys.command("rotate")
@click.option("--cipher", type=click.Choice(["aes-256-gcm", "sm4-gcm"]), default=None, help="Default: as before.")
def rotate(cipher: str | None) -> None:
    """Add a key version and seal with it from now on; nothing needs to stop."""
    from django.db import transaction

    from anxin.people import trail
    from anxin.vault import keys as vault

    with transaction.atomic():
        known = vault.rotate(settings.DATA, cipher=cipher or "")
        name = vault.cipher_name(known.encryption[known.current])
        trail.record(
            at=now(), action="keys-rotate", subject="keys", subject_id=known.current, changes={"cipher": name}, **hand()
        )
    click.echo(
        f"Version {known.current} ({name}) seals from now on. Back up {vault.path(settings.DATA)}, "
        "then run `anxin keys reseal`."
    )


@keys.command("reseal")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def reseal(ctx: click.Context, as_json: bool) -> None:
    """Seal again what older versions seal, in batches, beside the running doors; may be interrupted and repeated."""
    from django.db import transaction

    from anxin.cli import PARTLY
    from anxin.people import trail
    from anxin.vault import keys as vault
    from anxin.vault.resealing import left
    from anxin.vault.resealing import reseal as run

    with progress("Sealing again") as step:
        report = run(progress=step)
    remaining = left()
    counts = {"resealed": report.done.total(), "unopened": report.lost.total(), "left": remaining}
    with transaction.atomic():
        trail.record(
            at=now(),
            action="keys-reseal",
            subject="keys",
            subject_id=vault.load(settings.DATA).current,
            changes=counts,
            **hand(),
        )
    if as_json:
        print_json({**counts, "places": dict(report.done), "unopened_places": dict(report.lost)})
    else:
        click.echo(", ".join(f"{n} {name}" for name, n in counts.items()))
        for name, n in report.lost.items():
            click.echo(f"  {name}: no key opens {n} values; restore the keys.json that belongs to them.", err=True)
    if remaining:
        ctx.exit(PARTLY)


COMMANDS = (keys,)
