"""One set of particulars a case: facts, requests and parties, typed once and read by every paper and track."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.db import transaction

from anxin.cases.flow import locked
from anxin.cases.models import Case, Claimant
from anxin.cases.money import due_fen
from anxin.people import trail
from anxin.people.models import User
from anxin.remedies.models import Particulars
from anxin.remedies.told_again import told_once
from anxin.vault.fields import open_text, seal_text

# What is typed once: the shared fields of papers, with how long each may be.
FIELDS = {
    "facts": 4000,
    "requests": 2000,
    "evidence": 2000,
    "legal_person": 100,
    "employer_address": 200,
    "contact": 200,
}


@dataclass(frozen=True)
class Told:
    """What papers say, by field. ``typed``: the fields somebody wrote; the others are what the file proposes.

    ``wages_fen`` is what is still to be paid to ``people`` together.
    """

    fields: Mapping[str, str] = field(repr=False)
    typed: frozenset[str]
    people: int
    wages_fen: int


def standing(case: Case) -> list[Claimant]:
    """The people who claim (``claiming``), each for the same money once, though two claims of his were joined here."""
    return list(told_once(claiming(case)))


def claiming(case: Case) -> list[Claimant]:
    """The rows of those who claim: none who withdrew, refused, or has not yet agreed to be spoken for."""
    rows = Claimant.objects.filter(case=case, withdrawn_at=None, consent__in=("own", "given"))
    return list(rows.select_related("worker", "claim").order_by("pk"))


def owed_fen(claimant: Claimant) -> int:
    """What one person still is to receive."""
    return max(0, due_fen(claimant) - claimant.received_fen)


def typed_fields(case: Case) -> dict[str, str]:
    """What was typed for a case's papers, as it stands."""
    row = Particulars.objects.filter(case=case).first()
    text = open_text(row.fields_sealed) if row is not None else ""
    return orjson.loads(text) if text else {}


def particulars_of(case: Case) -> Told:
    """The particulars as typed, else as the file proposes them. Personal names do not stand in the proposal."""
    people = standing(case)
    wages = sum(owed_fen(one) for one in people)
    typed = {key: value for key, value in typed_fields(case).items() if key in FIELDS and value}
    proposed = {"facts": _facts(case, people, wages), "requests": f"请求支付拖欠的工资合计{wages / 100:,.2f}元。"}
    return Told({**dict.fromkeys(FIELDS, ""), **proposed, **typed}, frozenset(typed), len(people), wages)


def _facts(case: Case, people: list[Claimant], wages: int) -> str:
    months = sorted({month for one in people for month in one.months})
    span = f"{months[0]}至{months[-1]}的" if len(months) > 1 else f"{months[0]}的" if months else ""
    place = f"“{case.project.name}”" if case.project else case.employer or "该单位"
    found = "经劳动保障监察机构核实" if any(one.verified_fen is not None for one in people) else "据申请人反映"
    return (
        f"申请人共{len(people)}人在{place}务工，{span}工资至今未足额支付。{found}，尚欠工资合计{wages / 100:,.2f}元。"
    )


@transaction.atomic
def save_particulars(*, case: Case, fields: Mapping[str, str], by: User, at: datetime) -> Particulars:
    """Write particulars down; every paper made from now on says so. Fields not given stay as they are."""
    now = locked(case)
    before = typed_fields(now)
    given = {key: value.strip()[: FIELDS[key]] for key, value in fields.items() if key in FIELDS}
    # What is just the file's own proposal is not kept: it would grow old with the sums.
    proposed = particulars_of(now)
    given = {key: value for key, value in given.items() if key in before or value != proposed.fields[key]}
    sealed = seal_text(orjson.dumps({**before, **given}).decode())
    row, _ = Particulars.objects.update_or_create(case=now, defaults={"fields_sealed": sealed, "by": by, "at": at})
    trail.record(by=by, at=at, action="case-particulars", subject="case", subject_id=now.pk,
                 changes={"fields": sorted(key for key in given if given[key] != before.get(key, ""))})  # fmt: skip
    return row
