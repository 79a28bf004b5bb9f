"""How complete a project's data are: the items a site must keep in order, which of them are there, what is lacking.

Clerk and officer read the same list, made from the same facts at the same moment. Every item that is asked for counts
equally; what is not due yet, and what the regime of small projects spares, does not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Count, Q

from anxin.insight.board import board_of
from anxin.insight.project_months import judged_month
from anxin.ledger import read
from anxin.registry.models import Deposit, Engagement, Project
from anxin.registry.shared_phones import shared_phones
from anxin.rules.packs import light_regime, rules_for
from anxin.rules.rule import Light, Rule
from anxin.watch.models import Warning

THERE, PARTIAL, MISSING, NOT_DUE, SPARED = "there", "partial", "missing", "not_due", "spared"
# Each item with the checks whose rules ask for it; the first rule that governs the project is named as its ground.
ITEMS: dict[str, tuple[str, ...]] = {
    "account": ("account_missing", "account_unverified"),
    "agreement": ("agreement_missing",),
    "deposit": ("deposit_missing", "deposit_invalid", "deposit_expired"),
    "clerk": ("clerk_missing",),
    "roster": ("roster_missing",),
    "contracts": ("contract_missing",),
    "cards": ("card_shared",),
    "phones": (),
    "attendance": ("attendance_stopped", "attendance_absent"),
    "payroll": ("payroll_missing",),
    "payment": ("wages_unpaid", "unpaid_share", "wages_never_paid"),
    "pay_day": ("wages_unpaid", "unpaid_share"),
    "board": ("board_missing",),
    "board_text": ("board_missing",),
}
_SILENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a site keeps in order. ``numbers`` fill the sentence on what is lacking; ``rule`` asks for it."""

    key: str
    state: str
    rule: Rule | None = None
    numbers: Mapping[str, object] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether it is asked for by now, and so counts in the score."""
        return self.state in (THERE, PARTIAL, MISSING)


@dataclass(frozen=True, slots=True)
class Completeness:
    """The list and its score in per cent, null while nothing is asked for. ``light`` when the project is small."""

    items: tuple[Item, ...]
    light: Light | None

    @property
    def score(self) -> int | None:
        """What is wholly there, in per cent of what is asked for; None while nothing is."""
        asked = [item for item in self.items if item.counts]
        return round(100 * sum(item.state == THERE for item in asked) / len(asked)) if asked else None

    @property
    def gaps(self) -> list[Item]:
        """What is lacking, wholly or in part."""
        return [item for item in self.items if item.state in (MISSING, PARTIAL)]

    @property
    def there(self) -> int:
        """How many items are wholly there."""
        return sum(item.state == THERE for item in self.items)

    @property
    def asked(self) -> int:
        """How many items are asked for."""
        return sum(item.counts for item in self.items)


def small_regime(project: Project) -> Light | None:
    """The regime of small projects, when the project is one. A price or term that is not known is not small."""
    light = light_regime(project.region_code)
    if light is None:
        return None
    price = project.contract_price_fen
    if light.price_below is not None and price is not None and price < light.price_below * 100:
        return light
    start, end = project.started_on, project.completed_on
    if light.months_to is not None and start and end and (end - start).days <= light.months_to * 30.5:
        return light
    return None


def completeness(
    project: Project, *, as_of: date, work: pa.Table | None = None, pay: pa.Table | None = None
) -> Completeness:
    """Look at a project's registry, roster, ledger and board as they stand.

    ``work`` and ``pay``: the project's rollups (``ledger.read``), where the caller has read them already.
    """
    work = read.work_months(project_id=project.pk) if work is None else work
    pay = read.pay_months(project_id=project.pk) if pay is None else pay
    rules = rules_for(
        region_code=project.region_code,
        industry=project.industry,
        category=project.category,
        investment=project.investment,
        as_of=as_of,
    )
    light = small_regime(project)
    open_ = Warning.objects.filter(project=project, status="open")
    warned = set(open_.values_list("rule", flat=True)) if light else set()
    items = []
    for key, (state, numbers) in _states(project, as_of, work, pay).items():
        asking = [rule for check in ITEMS[key] for rule in rules if rule.check == check]
        # What somebody is warned about is never spared: list and warnings agree.
        spared = light is not None and key in light.spares and not any(rule.id in warned for rule in asking)
        spare = spared and state in (MISSING, PARTIAL)
        items.append(Item(key, SPARED if spare else state, asking[0] if asking else None, numbers))
    return Completeness(tuple(items), light)


State = tuple[str, Mapping[str, object]]


def _states(project: Project, as_of: date, work: pa.Table, pay: pa.Table) -> dict[str, State]:
    roster = _roster(project, as_of)
    uses = list(project.account_uses.filter(closed_on=None).values_list("agreement_on", flat=True))
    present = roster["present"]
    missing = board_of(project, as_of=as_of, phones=False).missing
    payroll, payment = _wages(project, as_of, work, pay)
    return {
        "account": _there(bool(uses)),
        "agreement": _there(any(uses)) if uses else (MISSING, {}),
        "deposit": _deposit(list(project.deposits.all()), as_of),
        "clerk": _there(all(entry.key != "clerk" for entry in missing)),
        "roster": _there(roster["total"] > 0),
        "contracts": _share(roster["uncontracted"], present),
        "cards": _share(roster["cardless"], present),
        "phones": _phones(project, present, as_of),
        "attendance": _attendance(project, present, as_of, work),
        "payroll": payroll,
        "payment": payment,
        "pay_day": _there(project.pay_day is not None),
        "board": _there(project.boards.exists()),
        "board_text": (PARTIAL, {"count": len(missing), "entries": missing}) if missing else (THERE, {}),
    }


def _there(there: bool) -> State:
    return (THERE, {}) if there else (MISSING, {})


def _share(lacking: int, of: int) -> State:
    if not of:
        return NOT_DUE, {}
    if not lacking:
        return THERE, {}
    return (MISSING if lacking == of else PARTIAL), {"count": lacking, "base": of}


def _phones(project: Project, present: int, as_of: date) -> State:
    """Whether each worker has a telephone of his own on the roster: one named for many lets none of them sign in."""
    shared = shared_phones(project.pk, on_site=as_of)
    if not shared:
        return NOT_DUE, {}
    return PARTIAL, {"count": sum(shared), "base": present, "phones": len(shared)}


def _roster(project: Project, as_of: date) -> dict[str, int]:
    # Managers (role other than 20) need neither a wage card nor a site contract.
    on_site = (Q(left_on=None) | Q(left_on__gte=as_of)) & Q(role="20")
    return Engagement.objects.filter(project=project).aggregate(
        total=Count("id"),
        present=Count("id", filter=on_site),
        uncontracted=Count("id", filter=on_site & Q(contract_kind="", contract_from=None)),
        cardless=Count("id", filter=on_site & Q(card_token="")),
    )


def _deposit(deposits: Sequence[Deposit], as_of: date) -> State:
    if any(one.valid_to is None or one.valid_to >= as_of for one in deposits):
        return THERE, {}
    ended = max((one.valid_to for one in deposits if one.valid_to), default=None)
    return (MISSING, {"day": ended}) if ended else (MISSING, {})


def _attendance(project: Project, present: int, as_of: date, work: pa.Table) -> State:
    if project.status != "active" or not present:
        return NOT_DUE, {}
    if project.pauses.filter(from_on__lte=as_of, until_on__gte=as_of).exists():
        return NOT_DUE, {}
    came = work.filter(pc.greater(work["mask"], 0))
    newest = pc.max(came["month"]).as_py()
    if newest is None:
        return MISSING, {}
    last = pc.max(came.filter(pc.equal(came["month"], newest))["mask"]).as_py().bit_length()
    year, month = map(int, newest.split("-"))
    silent = (as_of - date(year, month, max(last, 1))).days
    return (THERE, {}) if silent <= _SILENT_DAYS else (PARTIAL, {"days": silent})


def _wages(project: Project, as_of: date, work: pa.Table, pay: pa.Table) -> tuple[State, State]:
    """Sheet and payment of the last month whose wages should be paid by now."""
    month = judged_month(as_of, project.pay_day)
    came = {row["worker_id"] for row in _of_month(work, month, "worker_id", "days") if row["days"]}
    if not came:
        return (NOT_DUE, {"month": month}), (NOT_DUE, {"month": month})
    pays = _of_month(pay, month, "worker_id", "lines", "paid_fen")
    lines = {row["worker_id"] for row in pays if row["lines"]}
    paid = {row["worker_id"] for row in pays if row["paid_fen"]}
    off_sheet, unpaid = len(came - lines), len(came - paid)
    told = {"month": month, "base": len(came)}
    return _told(off_sheet, len(came), told), _told(unpaid, len(came), told)


def _of_month(rows: pa.Table, month: str, *columns: str) -> list[dict[str, Any]]:
    # Filtered before a row becomes Python's: a large site's year is some ten thousand.
    return rows.filter(pc.equal(rows["month"], month)).select(columns).to_pylist()


def _told(lacking: int, of: int, told: Mapping[str, object]) -> State:
    state, numbers = _share(lacking, of)
    return state, {**numbers, **told}
