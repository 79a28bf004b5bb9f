"""rules list, explain, test, score."""

import click

from anxin.cli.output import print_json, print_table, today


@click.group()
def rules() -> None:
    """Rule packs: what is judged, on which ground, and how well."""


@rules.command("list")
@click.option("--pack", default="", help="Only this pack.")
@click.option("--json", "as_json", is_flag=True)
def listing(pack: str, as_json: bool) -> None:
    """Every rule of every pack."""
    from anxin.rules.packs import all_rules

    known = sorted({rule.pack for rule in all_rules()})
    if pack and pack not in known:
        raise click.ClickException(f"There is no pack {pack}; there are {', '.join(known)}.")
    found = [rule for rule in all_rules() if not pack or rule.pack == pack]
    rows = [
        {
            "id": rule.id,
            "pack": rule.pack,
            "title": dict(rule.title),
            "object": rule.object,
            "check": rule.check,
            "ladder": dict(rule.ladder),
            "since": rule.since,
            "until": rule.until,
            "basis": rule.articles("zh"),
            "version": rule.version,
        }
        for rule in found
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["id", "pack", "object", "title", ""],
            [[rule.id, rule.pack, rule.object, rule.title["zh"], rule.title["en"]] for rule in found],
        )


@rules.command("explain")
@click.argument("rule_id", metavar="ID")
@click.option("--lang", type=click.Choice(["zh", "en", "both"]), default="both", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def explain(rule_id: str, lang: str, as_json: bool) -> None:
    """Tell a rule as a person would."""
    from anxin.rules import words
    from anxin.rules.packs import all_rules

    rule = next((r for r in all_rules() if r.id.upper() == rule_id.upper()), None)
    if rule is None:
        raise click.ClickException(f"There is no rule {rule_id}; see `anxin rules list`.")
    languages = ("zh", "en") if lang == "both" else (lang,)
    told = {language: words.explain(rule, language) for language in languages}
    if as_json:
        print_json({"id": rule.id, "pack": rule.pack, "version": rule.version, "explain": told})
    else:
        click.echo("\n\n".join(told.values()))


@rules.command("test")
@click.argument("pack", required=False)
@click.option("--engine", default=None, help="duckdb (default) or a Spark master.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def test(ctx: click.Context, pack: str | None, engine: str | None, as_json: bool) -> None:
    """Run the scenario tables that stand beside the packs."""
    from anxin.cli import PARTLY
    from anxin.rules.scenarios import run

    results = run(pack, engine=engine)
    bad = [r for r in results if not r.holds]
    if as_json:
        told = [(r.scenario, r.holds, r.wrong) for r in results]
        print_json([{"pack": s.pack, "scenario": s.name, "ok": holds, "why": wrong} for s, holds, wrong in told])
    else:
        for result in bad:
            click.echo(f"{result.scenario.pack} · {result.scenario.name}: {result.wrong}", err=True)
        click.echo(f"{len(results) - len(bad)} scenarios hold, {len(bad)} do not.")
    if bad or not results:
        ctx.exit(PARTLY)


@rules.command("score")
@click.option("--json", "as_json", is_flag=True)
def score(as_json: bool) -> None:
    """Precision, recall and days of lead per rule, against the simulator's truth."""
    from anxin.simulate.score import score as run

    rows = run(as_of=today())
    if as_json:
        print_json(rows)
    else:
        print_table(list(rows[0]) if rows else ["no rules"], [list(r.values()) for r in rows])


COMMANDS = (rules,)
