"""The sections that every case has: people and their four sums, messages, evidence, story, facts, claims."""

from datetime import datetime
from typing import Any

from django.db import transaction

from anxin.cases import messages
from anxin.cases.duplicates import probable
from anxin.cases.models import Case, Claimant, WageReceived
from anxin.cases.names import shown_names
from anxin.cases.numbers import shown
from anxin.insight.scope import may_on_case, visible_cases, visible_projects, visible_warnings
from anxin.law.civil import civil_date, start_of
from anxin.people.looks import LOOK, record_look
from anxin.people.models import Event, User
from anxin.portal.officer.cases import words
from anxin.portal.officer.cases.looking import value_of
from anxin.portal.officer.handling_words import person, till
from anxin.portal.ui.tags import in_english
from anxin.vault.fields import mask_identity, mask_phone, mask_text, open_text

MOST_PEOPLE = 100
MOST_LINES = 200
MOST_CLAIMS = 50


def handles(case: Case, user: User) -> bool:
    """Whether a person may handle this case, and so read what its claimants told."""
    return may_on_case(user, "case", case)


def people_part(case: Case, user: User, at: datetime) -> dict[str, Any]:
    """Each claimant with his four sums. Who is anonymous stays so until somebody opens his name."""
    inside = handles(case, user)
    rows = list(case.claimants.select_related("worker", "claim").order_by("claim__at", "claim_id", "id")[:MOST_PEOPLE])
    names = shown_names(rows)
    first = {row.claim_id: row.pk for row in reversed(rows)}
    people = []
    for row in rows:
        identity, phone = (value_of(row, "identity"), value_of(row, "phone")) if inside else ("", "")
        people.append(
            {
                "row": row,
                "name": names[row.pk] if inside or row.claim.anonymous else names[row.pk][:1] + "**",
                "identity": mask_identity(identity) if identity else "",
                "phone": mask_phone(phone) if phone else "",
                # Of several in one claim the first holds the claim's code; the others have one of their own.
                "may_renew": row.consent != "refused" and first[row.claim_id] != row.pk,
                "consent": words.CONSENTS.get(row.consent, row.consent),
                "counts": row.withdrawn_at is None and row.consent != "refused",
                "months": "、".join(row.months) if not in_english() else ", ".join(row.months),
            }
        )
    return {
        "people": people,
        "verified": any(row.verified_fen is not None for row in rows),
        "agreed": any(row.agreed_fen is not None for row in rows),
        "inside": inside,
        "words": [
            {"row": row, "name": names[row.claimant_id]}
            for row in WageReceived.objects.filter(claimant__in=names, proof="word", void_at=None).order_by("-pk")[:50]
        ]
        if inside
        else [],
        "more": max(case.claimants.count() - len(rows), 0) if len(rows) == MOST_PEOPLE else 0,
        "contacts": [
            {"row": row, "way": words.WAYS[row.way], "result": words.RESULTS[row.result], "who": person(row.by)}
            for row in case.contacts.select_related("by").order_by("-at", "-id")[:10]
        ]
        if inside
        else [],
    }


def messages_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """What was said to and fro; for those who handle the case. The named person reads by opening the page."""
    if not handles(case, user):
        return None
    note_reading(case, user, at)
    if case.owner_id == user.pk:
        unread = set(messages.of_case(case).filter(by=None, read_at=None).values_list("pk", flat=True))
        if unread:
            messages.read_by_officer(case, at=at)
    else:
        unread = set()
    rows = list(messages.of_case(case)[:MOST_LINES])
    claims = list(case.claims.order_by("at", "id")[:MOST_CLAIMS])
    members = list(case.claimants.exclude(consent="own").select_related("worker", "claim")[:MOST_PEOPLE])
    named = {row.claimant_id: row.claimant for row in rows if row.claimant is not None}
    names = shown_names([*members, *[row for row in named.values() if row is not None]])
    return {
        "rows": [
            {
                "row": row,
                "text": open_text(row.text_sealed),
                "who": person(row.by) if row.by else names.get(row.claimant_id or 0, ""),
                "number": shown(row.claim.number) if len(claims) > 1 else "",
                "new": row.pk in unread,
            }
            for row in rows
        ],
        "sides": [
            *[(f"claim-{claim.pk}", shown(claim.number), "") for claim in claims],
            *[(f"claimant-{row.pk}", shown(row.claim.number), names[row.pk]) for row in members],
        ],
        "safe": [(claim.safe_from, claim.safe_until) for claim in claims[:1]],
    }


def note_reading(case: Case, user: User, at: datetime) -> None:
    """Whoever reads what claimants told and is not the case's named person leaves a look, once a day."""
    if case.owner_id == user.pk:
        return
    today = Event.objects.filter(
        subject="case", subject_id=str(case.pk), action=LOOK, by=user, at__gte=start_of(civil_date(at))
    )
    if any(event.changes.get("field") == "claim-told" for event in today):
        return
    with transaction.atomic():
        record_look(
            by=user, at=at, subject="case", subject_id=case.pk, field="claim-told", page=f"/cases/{case.number}"
        )


def tasks_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """What other organisations were asked to do, and their answers."""
    found = case.tasks.select_related("organisation", "done_by", "asked_by").order_by("asked_at", "id")
    rows = list(found[:MOST_LINES])
    if not rows:
        return None
    return {
        "rows": [
            {
                "row": row,
                "due": ("", "") if row.done_at else till(row.due_at, at),
                "who": person(row.done_by),
                "asked": person(row.asked_by),
            }
            for row in rows
        ]
    }


def exhibits_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """The files that were brought; opening one leaves a look."""
    if not handles(case, user):
        return None
    rows = case.exhibits.select_related("by", "claim").order_by("at", "id")[:MOST_LINES]
    return {
        "rows": [
            {
                "row": row,
                "kind": words.EXHIBITS.get(row.kind, row.kind),
                "sound": row.content_type.startswith("audio/"),
                "who": person(row.by),
            }
            for row in rows
        ]
    }


def story_part(case: Case, user: User, at: datetime) -> dict[str, Any]:
    """What happened, newest first; what the claimants read too is marked."""
    rows = case.events.select_related("by").order_by("-at", "-id")[: MOST_LINES + 1]
    told = [
        {"row": row, "text": row.en if in_english() else row.zh, "who": person(row.by)} for row in rows[:MOST_LINES]
    ]
    return {"rows": told, "more": len(rows) > MOST_LINES}


def matter_part(case: Case, user: User, at: datetime) -> dict[str, Any]:
    """Against whom and about what."""
    project, warning = case.project, case.warning
    return {
        "project": project,
        "project_open": project is not None and visible_projects(user).filter(pk=project.pk).exists(),
        "employer": mask_text(case.employer),
        "warning": warning if warning and visible_warnings(user).filter(pk=warning.pk).exists() else None,
        "matter": words.MATTERS.get(case.matter, case.matter),
        "lane": words.LANES.get(case.lane, case.lane),
        "merged": [
            shown(number) for _at, number in sorted(case.merged.values_list("opened_at", "number"))[:MOST_CLAIMS]
        ],
    }


def claims_part(case: Case, user: User, at: datetime) -> dict[str, Any]:
    """The claims in it, each with the number its claimants hold, and earlier ones that look like the same matter."""
    inside = handles(case, user)
    claims = list(case.claims.select_related("by").order_by("at", "id")[:MOST_CLAIMS])
    like: dict[int, Case] = {}
    if inside and case.ended_at is None:
        for claim in claims[:10]:
            like |= {other.case_id: other.case for other in probable(claim) if other.case_id != case.pk}
    seen = set(visible_cases(user, "case").filter(pk__in=list(like)).values_list("pk", flat=True)) if like else set()
    return {
        "claims": [
            {
                "row": claim,
                "number": shown(claim.number),
                "door": words.DOORS.get(claim.door, claim.door),
                "who": person(claim.by),
                "text": open_text(claim.text_sealed) if inside else "",
                "people": Claimant.objects.filter(claim=claim).count(),
            }
            for claim in claims
        ],
        "like": [{"case": one, "number": shown(one.number), "state": words.state(one.state)}
                 for key, one in like.items() if key in seen],
        "inside": inside,
    }  # fmt: skip
