"""The doctor: what is wrong with this installation and how to mend it."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import chinese_calendar
import yaml
from django.conf import settings
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from anxin.cases.models import Case, CaseClock
from anxin.cases.orders import STEP
from anxin.cases.procedure import FILE, conclusions, states
from anxin.cases.procedure_check import problems
from anxin.law.civil import civil_date
from anxin.ledger import losses, tables
from anxin.ledger.engine import connect
from anxin.ledger.models import Batch, Seal
from anxin.registry.models import Region, Worker
from anxin.remedies import faces, pdf
from anxin.remedies.kinds import kinds
from anxin.remedies.templates import faults
from anxin.rules.packs import all_rules
from anxin.upkeep import sizes
from anxin.vault import keys
from anxin.vault.fields import open_text

_MEND_FIRST = "Mend this first, then run `anxin doctor` again."
_RESTORE = "Stop the worker; mount the ledger's disk, or restore your backup into a new folder (`anxin restore`)."
_HOW = {
    "ledger": _RESTORE,
    "engine": "Look at ANXIN_ENGINE (duckdb or a Spark master) and whether that master runs and answers.",
}


@dataclass(frozen=True)
class Diagnosis:
    """One part looked at: fine or not, what was found, what to do."""

    part: str
    ok: bool
    finding: str
    mend: str = ""


def examine(*, at: datetime) -> list[Diagnosis]:
    """Look at every part; a part that cannot be looked at is itself a finding."""
    answer: list[Diagnosis] = []
    for part, look in _PARTS.items():
        try:
            answer.extend(look(at))
        except DatabaseError as error:
            # Said once, where the database is looked at; every other part would say the same.
            if part == "database" or all(f.ok for f in answer if f.part == "database"):
                answer.append(Diagnosis(part, False, _words(error), _mend(error)))
        except Exception as error:
            answer.append(Diagnosis(part, False, _words(error), _HOW.get(part, _MEND_FIRST)))
    return answer


def _words(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _mend(error: DatabaseError) -> str:
    if connection.connection is None and connection.vendor != "sqlite":
        return "Look at DATABASE_URL and whether its server runs."
    if isinstance(error, OperationalError | ProgrammingError) and re.search("no such|does not exist", str(error)):
        return "Run `anxin init`."
    return "Restore your backup into a new folder (`anxin restore`)."


def _folder(at: datetime) -> Iterator[Diagnosis]:
    data: Path = settings.DATA
    if not data.exists() or not os.access(data, os.W_OK):
        yield Diagnosis("data folder", False, f"{data} cannot be written", "Set ANXIN_DATA or run `anxin init`.")
        return
    free = shutil.disk_usage(data).free / 2**30
    yield Diagnosis(
        "data folder", free > 2, f"{data}, {free:.0f} GiB free", "" if free > 2 else "Make room or move the folder."
    )


def _keys(at: datetime) -> Iterator[Diagnosis]:
    loaded = keys.load(settings.DATA)
    mode = keys.path(settings.DATA).stat().st_mode & 0o077
    yield Diagnosis(
        "keys",
        not mode,
        f"version {loaded.current} of {len(loaded.encryption)}" + (", readable by others" if mode else ""),
        f"chmod 600 {keys.path(settings.DATA)}" if mode else "",
    )
    try:
        sample = Worker.objects.order_by("-id").first()
        if sample is not None:
            open_text(sample.id_sealed)
    except ValueError:
        yield Diagnosis("keys", False, "they do not open what is stored", "Restore keys.json that belongs to it.")
    except DatabaseError:
        return


def migrations_to_apply() -> int:
    """How many steps the database is behind this program."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _database(at: datetime) -> Iterator[Diagnosis]:
    missing = migrations_to_apply()
    yield Diagnosis(
        "database",
        not missing,
        f"{connection.vendor}, {missing} migrations to apply" if missing else f"{connection.vendor}, up to date",
        "Run `anxin init`." if missing else "",
    )
    if not missing:
        regions = Region.objects.count()
        yield Diagnosis("regions", regions > 3000, f"{regions} loaded", "" if regions > 3000 else "Run `anxin init`.")


def _ledger(at: datetime) -> Iterator[Diagnosis]:
    unfit = sorted({sign for sign in str(settings.LEDGER) if sign in "[]*?\\"})
    if unfit:
        mend = "Move the data folder to one without these signs."
        yield Diagnosis("ledger", False, f"tables cannot lie under a name with {' '.join(unfit)}", mend)
        return
    for name, what in losses.lost():
        yield Diagnosis("ledger", False, f"{name}: {what}", _RESTORE)
    for name in tables.SCHEMAS:
        found = [Path(file) for file in tables.files(name)]
        gone = [file for file in found if not file.exists()]
        if gone:
            yield Diagnosis("ledger", False, f"{name}: {len(gone)} files are gone", _RESTORE)
        torn = sum(not _is_parquet(file) for file in found if file not in gone)
        if torn:
            yield Diagnosis("ledger", False, f"{name}: {torn} files are damaged", _RESTORE)
    unfinished = Seal.objects.filter(done_at=None).count()
    oldest = Batch.objects.filter(seal=None).order_by("id").first()
    late = oldest is not None and at - oldest.arrived_at > timedelta(minutes=5)
    yield Diagnosis(
        "sealing",
        not late and not unfinished,
        f"{Batch.objects.filter(seal=None).count()} batches wait, {unfinished} seals unfinished",
        "Run `anxin worker` (or `anxin seal` once)." if late or unfinished else "",
    )


def _is_parquet(file: Path) -> bool:
    """Whether a file is whole as far as its ends tell: it begins and ends with the format's four letters."""
    with file.open("rb") as raw:
        if file.stat().st_size < 12 or raw.read(4) != b"PAR1":
            return False
        raw.seek(-4, os.SEEK_END)
        return raw.read(4) == b"PAR1"


def _engine(at: datetime) -> Iterator[Diagnosis]:
    import ibis

    con = connect()
    answer = con.execute(ibis.literal(1) + 1)
    yield Diagnosis("engine", int(answer) == 2, f"{settings.ENGINE} answers", "")


def _rules(at: datetime) -> Iterator[Diagnosis]:
    count = len(all_rules())
    yield Diagnosis("rules", count > 0, f"{count} rules in {len({r.pack for r in all_rules()})} packs", "")


def _procedure(at: datetime) -> Iterator[Diagnosis]:
    """The procedure of cases as data; an office may have edited it."""
    wrong = problems(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    for one in wrong:
        yield Diagnosis("cases", False, f"procedure.yaml: {one}", "Mend the file; compare it with the one delivered.")
    if not wrong:
        yield Diagnosis("cases", True, f"{len(states())} states, {len(conclusions())} conclusions hold together")


def _cases(at: datetime) -> Iterator[Diagnosis]:
    """Cases with nobody to handle them, and orders the worker's loop should have moved on."""
    lost = Case.objects.filter(ended_at=None, unit=None, owner=None).count()
    if lost:
        mend = "Run `anxin organisations seed` for the province, then dispatch them from the list."
        yield Diagnosis("cases", False, f"{lost} open cases have no unit", mend)
    late = CaseClock.objects.filter(
        done_at=None, step=STEP, due_at__lt=at - timedelta(hours=1), case__ended_at=None,
        case__state__in=("ordered", "paying"),
    ).count()  # fmt: skip
    if late:
        yield Diagnosis("cases", False, f"{late} orders to pay ran out and did not move on", "Start `anxin worker`.")


def _calendar(at: datetime) -> Iterator[Diagnosis]:
    year = civil_date(at).year
    try:
        chinese_calendar.is_workday(civil_date(at).replace(month=12, day=31))
        yield Diagnosis("calendar", True, f"holidays of {year} known")
    except NotImplementedError:
        yield Diagnosis("calendar", False, f"holidays of {year} unknown", "Update chinesecalendar.")


def _front(at: datetime) -> Iterator[Diagnosis]:
    dist = Path(__file__).parent / "portal" / "static" / "dist"
    words = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.mo"
    built = dist.exists() and any(dist.iterdir())
    yield Diagnosis(
        "pages", built, "front end built" if built else "front end not built", "" if built else "Run `make`."
    )
    yield Diagnosis(
        "pages",
        words.exists(),
        "English words compiled" if words.exists() else "English words not compiled",
        "" if words.exists() else "Run `make`.",
    )


def _papers(at: datetime) -> Iterator[Diagnosis]:
    wrong = list(faults())
    mend = "Mend the template or take it away; ours holds then."
    for place, why in wrong:
        yield Diagnosis("papers", False, f"papers/{place}: {why}", mend)
    if not wrong:
        office = "LibreOffice makes PDFs" if pdf.available() else "no LibreOffice: papers are handed out as .docx"
        yield Diagnosis("papers", True, f"{len(kinds())} kinds of paper; {office}")
    yield _pack_face()


def _pack_face() -> Diagnosis:
    install = "Put a TrueType font with Chinese signs at papers/font.ttf, or install fonts-wqy-microhei."
    if faces.own_is_bad():
        finding = "papers/font.ttf is no TrueType font with Chinese signs: it is not used"
        return Diagnosis("papers", False, finding, install)
    face = faces.face()
    if face.file is not None:
        return Diagnosis("papers", True, f"evidence packs carry their Chinese face ({face.file.name})")
    # Most readers bring the face along: a bad look, not a broken pack.
    return Diagnosis("papers", True, f"evidence packs only name their Chinese face ({face.name}): a reader without it "
                     "shows blanks", install)  # fmt: skip


def _sizes(at: datetime) -> Iterator[Diagnosis]:
    """What grows, and whether it is cleared and sent."""
    now, mib = sizes.sizes(), 2**20
    yield Diagnosis(
        "sizes", True,
        f"database {now.database / mib:,.0f} MiB, ledger {now.ledger / mib:,.0f} MiB, "
        f"evidence {now.evidence / mib:,.0f} MiB in {now.files:,} files",
    )  # fmt: skip
    behind = sizes.not_cleared(at=at)
    if behind:
        told = ", ".join(f"{number} {kind}" for kind, number in behind.items())
        yield Diagnosis("upkeep", False, f"not cleared though their days are over: {told}", "Start `anxin worker`.")
    waiting = sizes.waiting_long(at=at)
    if waiting:
        mend = "Look at /outbox, ANXIN_SMTP and ANXIN_SMS, and whether `anxin worker` runs."
        yield Diagnosis("messages", False, f"{waiting} messages wait for more than a day", mend)


_PARTS: dict[str, Callable[[datetime], Iterator[Diagnosis]]] = {
    "data folder": _folder,
    "keys": _keys,
    "database": _database,
    "ledger": _ledger,
    "engine": _engine,
    "rules": _rules,
    "procedure": _procedure,
    "cases": _cases,
    "calendar": _calendar,
    "papers": _papers,
    "sizes": _sizes,
    "pages": _front,
}
