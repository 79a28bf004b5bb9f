"""What papers of a case are filled with: the facts of the file, and what was typed once for all papers."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from anxin.cases.flow import locked
from anxin.cases.models import Case, Claim, Claimant, Matter
from anxin.cases.money import due_fen
from anxin.cases.names import pseudonym, true_name
from anxin.law.capitals import capitals
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.registry.models import Enterprise
from anxin.remedies.amounts import day_words, in_figures, month_words
from anxin.remedies.kinds import Kind
from anxin.remedies.models import Particulars
from anxin.remedies.particulars import standing, typed_fields
from anxin.vault.fields import open_text, seal_text

Rows = list[dict[str, str]]
_ANNEX = (
    "为保护举报、投诉人，本文书以代称列明人员；真实姓名由本机关另册密存，"
    "工资应经农民工工资专用账户或者本机关确认的方式支付到本人。"
)


@transaction.atomic
def keep(*, case: Case, values: Mapping[str, str], by: User, at: datetime) -> None:
    """Keep what was typed for the next paper of the case. Empty values take nothing away."""
    now = locked(case)
    known = typed_fields(now)
    new = {key: text for key, text in values.items() if text and text != known.get(key)}
    if not new:
        return
    sealed = seal_text(json.dumps({**known, **new}, ensure_ascii=False))
    Particulars.objects.update_or_create(case=now, defaults={"fields_sealed": sealed, "by": by, "at": at})


def debtor_of(case: Case) -> tuple[str, Enterprise | None]:
    """Who is to pay: the confirmed (else proposed) party that pays first, else the employer as told."""
    first = case.liable.select_related("enterprise").order_by("proposed", "rank", "pk").first()
    if first is not None:
        return first.name, first.enterprise
    if case.enterprise is not None:
        return case.enterprise.name, case.enterprise
    return case.employer, None


def people_of(case: Case, claim: Claim | None = None, claimant: Claimant | None = None) -> list[Claimant]:
    """The people a paper speaks of: of the case, of one claim, or one of them."""
    return [
        one
        for one in standing(case)
        if (claim is None or one.claim_id == claim.pk) and (claimant is None or one.pk == claimant.pk)
    ]


def facts(
    kind: Kind, case: Case, *, claim: Claim | None = None, claimant: Claimant | None = None, on: date | None = None
) -> dict[str, object]:
    """What a template of this kind may name, from the file. ``on``: the paper's day.

    A paper for the employer calls everybody who claims anonymously by his pseudonym.
    """
    people = people_of(case, claim, claimant)
    secret = kind.audience == "employer"
    name, enterprise = debtor_of(case)
    total = sum(due_fen(person) for person in people)
    months = sorted({month for person in people for month in person.months})
    accepted = case.events.filter(kind="state-accepted").order_by("-at").first()
    told: dict[str, object] = {
        "title": kind.title["zh"],
        "article": kind.article["zh"],
        "unit": case.unit.name if case.unit else "",
        "addressee": name if secret else "",
        "addressee_code": enterprise.code if enterprise else "",
        "employer": name or "用人单位",
        "legal_person": enterprise.legal_person if enterprise else "",
        "employer_address": str(enterprise.details.get("address", "")) if enterprise else "",
        "case_number": case.number,
        "where": f"在“{case.project.name}”中" if case.project else "",
        # A contractor answers for his subcontractors (Order 724, Art. 30); elsewhere the employer owes (Art. 16).
        "duty": "第三十条" if case.project or case.matter == Matter.BUILDING_WAGES else "第十六条",
        "project": case.project.name if case.project else (case.employer or "有关用工"),
        "project_code": case.project.code if case.project else "",
        "project_address": case.project.address if case.project else "",
        "contractor": case.project.contractor.name if case.project and case.project.contractor else "",
        "people": str(len(people)),
        # Said of many, blank of one: who claims alone signs on a line, a group in a table.
        "group": "是" if len(people) > 1 else "",
        "months": month_words(months) if months else "有关期间",
        "sum": in_figures(total),
        "sum_words": capitals(total),
        "rows": _rows(people, secret=secret),
        "inspectors": "",
        "drafted_on": day_words(on),
        "signed_on": day_words(None),
        "due_on": day_words(None),
        "accepted_on": day_words(civil_date(accepted.at) if accepted else None),
        "number": "",
        "threshold": "",
        "annex_note": _ANNEX if secret and any(person.claim.anonymous for person in people) else "",
    }
    return {**told, **_about(people, secret=secret)}


def _rows(people: list[Claimant], *, secret: bool) -> Rows:
    return [
        {
            "no": str(place),
            "who": pseudonym(one) if secret and one.claim.anonymous else (true_name(one) or pseudonym(one)),
            "months": month_words(list(one.months)) if one.months else "—",
            "days": f"{one.days:g}" if one.days is not None else "—",
            "rate": in_figures(one.rate_fen) if one.rate_fen is not None else "—",
            "sum": in_figures(due_fen(one)),
        }
        for place, one in enumerate(people, 1)
    ]


def _about(people: list[Claimant], *, secret: bool) -> dict[str, object]:
    """Who claims, for papers in his own name; a group is called by its representative and its number."""
    names = ("claimant", "claimant_party", "claimant_identity", "claimant_phone", "claimant_gender", "claimant_born")
    if secret or not people:
        return dict.fromkeys(names, "")
    one = next((person for person in people if person.representative), people[0])
    identity = identity_of(one)
    name = true_name(one) or pseudonym(one)
    born, gender = "", ""
    if len(identity) == 18 and identity[:17].isdecimal():
        born = f"{identity[6:10]}年{int(identity[10:12])}月{int(identity[12:14])}日"
        gender = "男" if int(identity[16]) % 2 else "女"
    phone = open_text(one.phone_sealed) or open_text(one.claim.phone_sealed)
    called = name if len(people) == 1 else f"{name}等{len(people)}人"
    party = called if len(people) == 1 else f"{called}（名单见下表），{_speaks(one)}{name}"
    return dict(zip(names, (called, party, identity, phone, gender, born), strict=True))


def _speaks(one: Claimant) -> str:
    return "代表人" if one.representative else "联系人"


def identity_of(claimant: Claimant) -> str:
    """The identity number as he told it, else as the roster has it; a personal value."""
    return open_text(claimant.identity_sealed) or (open_text(claimant.worker.id_sealed) if claimant.worker else "")


def secrets_of(case: Case) -> list[str]:
    """What no paper for the employer may hold: names, identity numbers and phones of who claims anonymously, also
    of those who withdrew. Kept in memory only."""
    found: set[str] = set()
    for person in Claimant.objects.filter(case=case, claim__anonymous=True).select_related("claim", "worker"):
        worker = person.worker
        found |= {
            true_name(person), open_text(person.identity_sealed), open_text(person.phone_sealed),
            open_text(person.claim.phone_sealed), worker.name if worker else "",
            open_text(worker.id_sealed) if worker else "", open_text(worker.phone_sealed) if worker else "",
        }  # fmt: skip
    return sorted((text for text in found if len(text) >= 2 and text != "—"), key=len, reverse=True)


def defaults(kind: Kind, case: Case, told: Mapping[str, object]) -> dict[str, str]:
    """What a new draft's fields begin with: what was typed before, else the file, else the kind's own wording."""
    known = typed_fields(case)
    answer = {}
    for field in kind.fields:
        text = known.get(field.key, "") if field.shared else ""
        answer[field.key] = text or str(told.get(field.key) or "") or _filled(field.default, told)
    return answer


def _filled(text: str, told: Mapping[str, object]) -> str:
    # Our own wording with names in braces; nothing else is read from it.
    for name in ("employer", "where", "duty", "project", "people", "months", "sum_words", "sum"):
        text = text.replace("{" + name + "}", str(told.get(name, "")))
    return text
