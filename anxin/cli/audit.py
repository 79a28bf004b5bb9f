"""audit verify, head, list."""

import click

from anxin.cli.output import print_json
from anxin.law.civil import SHANGHAI


class Noted(click.ParamType):
    """A head written down earlier: NUMBER:DIGEST, as ``anxin audit head`` prints it."""

    name = "number:digest"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, str] | None:
        """Parse, or fail as a wrong call."""
        from anxin.people.trail import read_head

        found = read_head(str(value))
        if found is None:
            self.fail("is not NUMBER:DIGEST as `anxin audit head` prints it", param, ctx)
        return found


@click.group()
def audit() -> None:
    """The trail: every act and every look at personal data, in one chain."""


@audit.command("verify")
@click.option("--noted", type=Noted(), default=None, help="A head noted earlier must still stand.")
@click.option("--json", "as_json", is_flag=True)
def verify(noted: tuple[int, str] | None, as_json: bool) -> None:
    """Prove the chain from its first link; exit code 1 names the first broken one."""
    from anxin.people import trail

    verdict = trail.verify(noted=noted)
    if as_json:
        print_json(verdict.__dict__)
        if not verdict.holds:
            raise click.exceptions.Exit(1)
    elif verdict.holds:
        click.echo(f"The trail holds: {verdict.links} links, head {verdict.links}:{verdict.head}")
    else:
        raise click.ClickException(
            f"The trail is broken at link {verdict.broken}: {verdict.why}. {verdict.links} links before it hold."
        )


@audit.command("head")
@click.option("--json", "as_json", is_flag=True)
def head(as_json: bool) -> None:
    """Number and digest of the last link: note it outside this system, and `verify --noted` guards the end."""
    from anxin.people import trail

    number, digest = trail.head()
    if as_json:
        print_json({"number": number, "digest": digest})
    else:
        click.echo(f"{number}:{digest}")


@audit.command("list")
@click.option("--subject", default="", help="A kind of subject (warning, worker …), or KIND:ID.")
@click.option("--by", "username", default="", help="Account of the person.")
@click.option("--action", default="")
@click.option("--limit", default=200, show_default=True, help="The newest so many; 0: all.")
@click.option("--json", "as_json", is_flag=True)
def listing(subject: str, username: str, action: str, limit: int, as_json: bool) -> None:
    """What was done and seen, newest first."""
    from anxin.people import trail

    found = trail.events(subject=subject, username=username, action=action)
    rows = [
        {
            "number": e.number,
            "at": e.at,
            "who": e.who,
            "account": e.by.username if e.by else None,
            "address": e.address,
            "action": e.action,
            "subject": e.subject,
            "subject_id": e.subject_id,
            "changes": e.changes,
            "digest": e.digest,
        }
        for e in (found[:limit] if limit else found).iterator(chunk_size=2000)
    ]
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("Nothing is recorded.")
    else:
        for r in rows:
            changes = ", ".join(f"{name}={value}" for name, value in r["changes"].items())
            moment = r["at"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
            place = f" [{r['address']}]" if r["address"] else ""
            click.echo(
                f"{r['number']}  {moment}  {r['who']}{place}  {r['action']} {r['subject']}:{r['subject_id']}  {changes}"
            )


COMMANDS = (audit,)
