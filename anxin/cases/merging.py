"""Joining cases about the same matter, and taking one apart. No person, sum, file or line is lost by either, every
number keeps leading where its claimants' matter is, and each of them is told."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet

from anxin.cases import reports
from anxin.cases.filing import GROUP
from anxin.cases.flow import CannotMove, kind_of, move, recount, tell
from anxin.cases.models import (
    Case,
    CaseClock,
    CaseEvent,
    Claim,
    Claimant,
    ClaimStay,
    Exhibit,
    Liable,
    Verification,
)
from anxin.cases.money import MONEY, add_up
from anxin.cases.numbers import new_number, shown
from anxin.cases.telling import message_claimants
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User

# What stays where it was written: the story, and what is joined by its own rules below.
_STAYS = (CaseEvent, CaseClock, Claim, Claimant, Exhibit, ClaimStay, Liable)
_BEFORE_HANDLING = frozenset({"received", "dispatched", "supplement", "refused", "transferred", "ended"})


@transaction.atomic
def merge(*, into: Case, other: Case, by: User, at: datetime) -> Case:
    """Join ``other`` to ``into``, which keeps its number, state and named person. Where both run the same clock, the
    earlier deadline stays. Answers ``into``.

    Raises CannotMove when they are the same or one of them has ended.
    """
    rows = {
        row.pk: row
        for row in Case.objects.select_for_update(no_key=True).filter(pk__in=[into.pk, other.pk]).order_by("pk")
    }
    main, gone = rows[into.pk], rows[other.pk]
    if main.pk == gone.pk:
        raise CannotMove("不能把案件并入它自己。", "A case is not merged into itself.")
    if main.ended_at is not None or gone.ended_at is not None:
        raise CannotMove("只能合并在办的案件。", "Only open cases are merged.")
    claims = list(Claim.objects.filter(case=gone))
    people = gone.people
    _join_clocks(main, gone, at)
    gone.conclusion = "duplicate"
    gone = move(case=gone, to="ended", by=by, at=at, public=False, fields=("conclusion",))
    tell(gone, kind="merged", by=by, at=at, public=True,
         zh=f"有工友反映同一件事，您的反映并入案件 {shown(main.number)} 一起办理，您的编号照常可查",
         en=f"Others told of the same matter: yours goes on within case {shown(main.number)}; "
            "your number stays good")  # fmt: skip
    _stay(claims, gone, at)
    for model in (Claim, Claimant, Exhibit):
        model.objects.filter(case=gone).update(case=main)
    for part in Liable.objects.filter(case=gone):
        if not Liable.objects.filter(case=main, role=part.role, name=part.name).exists():
            Liable.objects.filter(pk=part.pk).update(case=main)
    _bring_the_rest(gone, main)
    Case.objects.filter(pk=gone.pk).update(merged_into=main, due_at=None)
    Case.objects.filter(merged_into=gone).update(merged_into=main)
    add_up(Case.objects.get(pk=gone.pk))
    _take_in(main, gone)
    recount(main)
    if main.state not in _BEFORE_HANDLING:
        reports.report(main, at=at)
    tell(main, kind="merged", by=by, at=at, public=True, zh=f"又有 {people} 人反映同一件事，已并案一起办理",
         en=f"{people} more told of the same matter; it is handled together")  # fmt: skip
    for case, changes in ((main, {"from": gone.number}), (gone, {"to": main.number})):
        trail.record(by=by, at=at, action="case-merge", subject="case", subject_id=case.pk, changes=changes)
    if gone.owner is not None and gone.owner_id != by.pk:
        notify(to=[gone.owner], kind="case-merged", subject="case", subject_id=main.pk, at=at,
               zh=f"案件 {gone.number} 已并入 {main.number}",
               en=f"Case {gone.number} was merged into {main.number}")  # fmt: skip
    text = f"【安薪】您的反映（编号 {{}}）与同一件事的其他反映并案办理，编号 {main.number}。您的编号照常可查进度。"
    english = f"[Anxin] Your claim (no. {{}}) is dealt with together with others of the same matter, no. {main.number}."
    for claim in claims:
        message_claimants(
            [claim],
            text=text.format(claim.number),
            text_en=english.format(claim.number),
            mark=f"merge:{main.pk}:{claim.pk}",
            at=at,
        )
    return Case.objects.get(pk=main.pk)


def _join_clocks(main: Case, gone: Case, at: datetime) -> None:
    """Bring the clocks that run to the case that goes on: of two of a kind the earlier deadline stays."""
    own = {(clock.step, clock.basis): clock for clock in CaseClock.objects.filter(case=main, done_at=None)}
    for clock in CaseClock.objects.filter(case=gone, done_at=None):
        kind = kind_of(clock, main.region_code)
        if kind is None or main.state in kind.stops:
            continue  # what it waits for has happened in the case it joins
        if (kind.by_hand or kind.step == MONEY) and main.state not in kind.starts:
            continue  # nor can it there: the money's clock begins anew when that case is being paid
        if kind.lane not in ("", main.lane):
            continue
        there = own.get((clock.step, clock.basis))
        if there is not None and not _earlier(clock, there):
            continue
        if there is not None:
            CaseClock.objects.filter(pk=there.pk).update(done_at=at, dropped=True)
        CaseClock.objects.filter(pk=clock.pk).update(case=main)


def _earlier(one: CaseClock, other: CaseClock) -> bool:
    """Whether a clock is due before another; one that stands is due after all."""
    return one.due_at is not None and (other.due_at is None or one.due_at < other.due_at)


def _take_in(main: Case, gone: Case) -> None:
    main.collective = main.collective or gone.collective
    main.retaliation = main.retaliation or gone.retaliation
    main.owner = main.owner or gone.owner
    main.taken_at = main.taken_at or gone.taken_at
    main.project, main.enterprise = main.project or gone.project, main.enterprise or gone.enterprise
    main.employer, main.warning = main.employer or gone.employer, main.warning or gone.warning
    main.save(update_fields=["collective", "retaliation", "owner", "taken_at", "project", "enterprise", "employer",
                             "warning"])  # fmt: skip
    add_up(main)
    if main.people >= GROUP and not main.collective:
        main.collective = True
        main.save(update_fields=["collective"])


def _bring_the_rest(gone: Case, main: Case) -> None:
    """Everything else that hangs on a case (tasks, contacts, papers, tracks of the rooms above) goes with it; what may
    stand only once a case stays with the old number."""
    for relation in Case._meta.related_objects:
        model: Any = relation.related_model
        if not isinstance(relation, models.ManyToOneRel) or model in (*_STAYS, Case):
            continue
        for key in model._default_manager.filter(**{relation.field.name: gone}).values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=key).update(**{relation.field.name: main})
            except IntegrityError:
                continue


def _stay(claims: Iterable[Claim], case: Case, at: datetime) -> None:
    """Write down that these claims were in a case until now, so that their people keep its story."""
    for claim in claims:
        before = ClaimStay.objects.filter(claim=claim).order_by("-until", "-pk").first()
        ClaimStay.objects.create(claim=claim, case=case, since=before.until if before else claim.at, until=at)


def public_story(claim: Claim) -> QuerySet[CaseEvent]:
    """The public lines the people of a claim may read, newest first: of each case it was in, while it was there."""
    found, since = Q(pk__in=[]), None
    for stay in ClaimStay.objects.filter(claim=claim).order_by("until", "pk"):
        found |= Q(case=stay.case_id, at__gte=stay.since, at__lte=stay.until)
        since = stay.until
    found |= Q(case=claim.case_id, at__gte=since) if since is not None else Q(case=claim.case_id)
    return CaseEvent.objects.filter(found, public=True).order_by("-at", "-pk")


@transaction.atomic
def split(
    *, case: Case, claims: Collection[int] = (), claimants: Collection[int] = (), reason: str, by: User, at: datetime
) -> Case:
    """Take claims, or single people out of them, into a case of their own that stands where this one does, with the
    same deadlines. People taken out of a claim get a claim of their own, which the old number and code still lead to.

    Raises CannotMove when nobody would go or stay, or when the case has ended; ValueError without a reason.
    """
    said = " ".join(reason.split())[:300]
    if not said:
        raise ValueError("A reason has words.")
    now = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if now.ended_at is not None:
        raise CannotMove("只能拆分在办的案件。", "Only an open case is split.")
    rows = list(Claimant.objects.filter(case=now).select_related("claim"))
    going = {row.pk for row in rows if row.claim_id in claims or row.pk in claimants}
    if not going or len(going) == len(rows):
        raise CannotMove("请选择一部分申请人：两边都要有人。", "Choose some of the people: both cases need somebody.")
    fresh = _like(now, at)
    whole = {row.claim_id for row in rows} - {row.claim_id for row in rows if row.pk not in going}
    moved: list[Claim] = []
    for claim in Claim.objects.filter(pk__in={row.claim_id for row in rows if row.pk in going}).order_by("pk"):
        mine = [row.pk for row in rows if row.pk in going and row.claim_id == claim.pk]
        _stay([claim], now, at)
        if claim.pk in whole:
            Claim.objects.filter(pk=claim.pk).update(case=fresh)
            Claimant.objects.filter(claim=claim).update(case=fresh)
            Exhibit.objects.filter(claim=claim).update(case=fresh)
            moved.append(Claim.objects.get(pk=claim.pk))
        else:
            moved.append(_own_claim(claim, fresh, mine, at, taken=bool(moved)))
    _copy(now, fresh)
    for one in (now, fresh):
        add_up(one)
        recount(one)
        if one.state not in _BEFORE_HANDLING:
            reports.report(one, at=at)
    Case.objects.filter(pk=fresh.pk).update(collective=fresh.people >= GROUP,
                                            retaliation=any(claim.retaliation for claim in moved))  # fmt: skip
    tell(fresh, kind="split", by=by, at=at, public=True, zh=f"您的反映单独立案办理，编号 {shown(fresh.number)}",
         en=f"Your claim is handled as a case of its own, number {shown(fresh.number)}")  # fmt: skip
    tell(now, kind="split", by=by, at=at, public=True, zh=f"{len(going)} 人的反映已分出单独办理",
         en=f"The claims of {len(going)} people are handled apart from now on")  # fmt: skip
    tell(fresh, kind="split", by=by, at=at, public=False, zh=f"从 {shown(now.number)} 分出：{said}",
         en=f"Split from {shown(now.number)}: {said}")  # fmt: skip
    for one, changes in ((now, {"to": fresh.number}), (fresh, {"from": now.number})):
        trail.record(by=by, at=at, action="case-split", subject="case", subject_id=one.pk,
                     changes={**changes, "reason": said, "people": len(going)})  # fmt: skip
    text = f"【安薪】您的反映改为单独办理，编号 {fresh.number}。您原来的编号照常可查进度。"
    english = f"[Anxin] Your claim is dealt with by itself now, no. {fresh.number}. Your old number still works."
    message_claimants(moved, text=text, text_en=english, mark=f"split:{fresh.pk}", at=at)
    return Case.objects.get(pk=fresh.pk)


def _like(case: Case, at: datetime) -> Case:
    number = new_number(at)
    while Case.objects.filter(number=number).exists() or Claim.objects.filter(number=number).exists():
        number = new_number(at)
    fresh = Case.objects.get(pk=case.pk)
    fresh.pk, fresh._state.adding = None, True
    fresh.number, fresh.reopened, fresh.rung_at = number, 0, None
    fresh.save(force_insert=True)
    return fresh


def _own_claim(claim: Claim, fresh: Case, people: list[int], at: datetime, *, taken: bool) -> Claim:
    """A claim of their own for people taken out of one. The first bears the new case's number."""
    number = fresh.number
    while taken and (number == fresh.number or Claim.objects.filter(number=number).exists()):
        number = new_number(at)
    before = claim.pk
    own = Claim.objects.get(pk=claim.pk)
    own.pk, own._state.adding = None, True
    own.number, own.key, own.case, own.split_from = number, f"split:{number}", fresh, claim.split_from or claim
    # The code and the phone of whoever filed stay with whoever filed.
    own.filer, own.return_code_blind, own.phone_sealed, own.phone_blind = None, b"", b"", b""
    own.save(force_insert=True)
    Claimant.objects.filter(pk__in=people).update(claim=own, case=fresh)
    own.messages.model._default_manager.filter(claim=before, claimant__in=people).update(claim=own)
    Exhibit.objects.filter(claim=before, claimant__in=people).update(claim=own, case=fresh)
    for stay in ClaimStay.objects.filter(claim=before):
        ClaimStay.objects.create(claim=own, case=stay.case, since=stay.since, until=stay.until)
    return own


def _copy(case: Case, fresh: Case) -> None:
    """Give the new case the clocks, with every approved change, the chain and the last verification of the old one."""
    for clock in CaseClock.objects.filter(case=case, done_at=None):
        changes = list(clock.changes.filter(approved=True))
        clock.pk, clock._state.adding, clock.case = None, True, fresh
        clock.save(force_insert=True)
        for change in changes:
            change.pk, change._state.adding, change.clock = None, True, clock
            change.save(force_insert=True)
    newest = Verification.objects.filter(case=case).order_by("-id")[:1]
    rows: list[Any] = [*Liable.objects.filter(case=case), *newest]
    for row in rows:
        row.pk, row._state.adding, row.case = None, True, fresh
        row.save(force_insert=True)
