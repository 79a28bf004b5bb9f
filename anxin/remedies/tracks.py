"""Tracks: begun, brought from state to state, ended. The clocks, words and the case's own state go with them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.models import Case, CaseClock, Claimant
from anxin.cases.money import agree_sum
from anxin.cases.procedure import states as case_states
from anxin.law.civil import civil_date
from anxin.law.running import More, reckon
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import Organisation, User
from anxin.remedies.instalments import keep_instalments
from anxin.remedies.models import Track, TrackClock, TrackStep
from anxin.remedies.particulars import standing
from anxin.remedies.police import proposal
from anxin.remedies.promised import keep_day
from anxin.remedies.ways import TrackKind, TrackState, clocks_for, kinds, many


@transaction.atomic
def begin(
    *,
    case: Case,
    kind: str,
    by: User,
    at: datetime,
    form: str = "",
    organisation: Organisation | None = None,
    body: str = "",
    number: str = "",
    representatives: Sequence[int] = (),
    note: str = "",
) -> Track:
    """Begin a track. From ten people on it has priority, and arbitration and suits need three to five representatives
    (ids of claimants; left out, those the group named when it claimed).

    Raises CannotMove when it runs already, when what it rests on is not there, or when the case has ended.
    """
    known = kinds()[kind]
    now = flow.locked(case)
    people = standing(now)
    _may_begin(now, known, form, at)
    speakers = _speakers(known, people, representatives)
    track = Track.objects.create(
        case=now, kind=kind, form=form, state=known.first, before=grounds_of(now, known, form),
        organisation=organisation, body=(body or (organisation.name if organisation else ""))[:200],
        number=number[:64], priority=len(people) >= many().workers, started_by=by, started_at=at,
    )  # fmt: skip
    track.representatives.set(speakers)
    if track.before is not None and kind == "confirmation":
        TrackClock.objects.filter(track=track.before, step__startswith="confirm_", done_at=None).update(done_at=at)
    _enter(track, known, now, people=len(people), by=by, at=at, on=civil_date(at), before="", note=note)
    if organisation is not None:
        notify(to=organisation.people.filter(is_active=True), kind="track", subject="track", subject_id=track.pk, at=at,
               zh=f"{known.title['zh']}：案件 {now.number} 交由你单位办理",
               en=f"{known.title['en']}: case {now.number} is with your office")  # fmt: skip
    _move_case(now, known.case, by=by, at=at)
    if kind != "mediation" and not Track.objects.filter(case=now, kind="mediation", ended_at=None).exists():
        # The place's days of local mediation are no measure of a tribunal or a court; these have clocks of their own.
        _end_mediation(now, at=at, dropped=True)
    return track


def _may_begin(case: Case, kind: TrackKind, form: str, at: datetime) -> None:
    if case.state in ("ended", "refused"):
        raise CannotMove("案件已办结，请先恢复办理。", "The case is closed; open it again first.")
    if form not in (set(kind.forms) or {""}):
        raise CannotMove("请选择办理方式。", "Choose one of its forms.")
    if Track.objects.filter(case=case, kind=kind.key, ended_at=None).exists():
        raise CannotMove(f"{kind.title['zh']}已在进行。", f"{kind.title['en']} is under way already.")
    wanted = _wanted(kind, form)
    if wanted and case.state not in kind.grounds_case and grounds_of(case, kind, form) is None:
        zh, en = (
            ", ".join(f"{kinds()[key].title[lang]} ({_titles(key, to, lang)})" for key, to in wanted.items())
            for lang in ("zh", "en")
        )
        raise CannotMove(f"需要先有：{zh}。", f"This first needs: {en}.")
    if kind.key == "police":
        found = proposal(case, at=at)
        if not found.may_transfer:
            raise CannotMove(found.why_zh, found.why_en)


def _wanted(kind: TrackKind, form: str) -> Mapping[str, tuple[str, ...]]:
    return kind.form_grounds.get(form) or kind.grounds


def _titles(kind: str, states: Iterable[str], language: str) -> str:
    return "、".join(kinds()[kind].states[state].title[language] for state in states)


def grounds_of(case: Case, kind: TrackKind, form: str) -> Track | None:
    """The track that one of a kind rests on; for a kind that rests on none, the last that ended before it."""
    wanted = _wanted(kind, form)
    if not wanted:
        return Track.objects.filter(case=case).exclude(ended_at=None).order_by("-ended_at", "-pk").first()
    for row in Track.objects.filter(case=case, kind__in=wanted).order_by("-pk"):
        if row.state in wanted[row.kind]:
            return row
    return None


def _speakers(kind: TrackKind, people: Sequence[Claimant], chosen: Sequence[int]) -> list[Claimant]:
    by_id = {one.pk: one for one in people}
    if not people:
        raise CannotMove("还没有人确认参加，不能启动。", "Nobody has agreed to take part yet.")
    found = [by_id[pk] for pk in dict.fromkeys(chosen) if pk in by_id]
    if not kind.representatives or len(people) < many().workers:
        return found
    found = found or [one for one in people if one.representative]
    if not many().least <= len(found) <= many().most:
        raise CannotMove(
            f"{many().workers}人以上须推举{many().least}至{many().most}名代表人。",
            f"From {many().workers} people on, {many().least} to {many().most} representatives speak for all.",
        )
    return found


@transaction.atomic
def step(
    *,
    track: Track,
    to: str,
    by: User | None,
    at: datetime,
    on: date | None = None,
    note: str = "",
    number: str = "",
    hearing_at: datetime | None = None,
    sums: Mapping[int, int] | None = None,
    instalments: Sequence[tuple[date, int]] = (),
) -> Track:
    """Bring a track to another state, on the civil day it happened. ``sums``: claimant's id → what he is to receive in
    all (fen, with what he has already); ``instalments``: day and part of what is still to come.

    Raises CannotMove when the track knows no such step, a hearing lacks its moment, or the sums do not fit.
    """
    case = flow.locked(track.case)
    now = Track.objects.select_for_update(no_key=True).get(pk=track.pk)
    known, happened = kinds()[now.kind], on or civil_date(at)
    if to not in known.states[now.state].next:
        raise CannotMove(
            f"当前为“{known.states[now.state].title['zh']}”，不能直接转到这一步。请先刷新页面。",
            f"The track stands at '{known.states[now.state].title['en']}'. Reload the page first.",
        )
    if happened > civil_date(at) or happened < civil_date(now.started_at):
        raise CannotMove("发生日期应在启动之日至今天之间。", "The day lies between the beginning and today.")
    state = known.states[to]
    if state.hearing:
        if hearing_at is None or hearing_at <= at:
            raise CannotMove("请填写将来的开庭时间。", "Give the hearing's day and hour; it lies ahead.")
        now.hearing_at, now.hearing_told_at = hearing_at, None
    before, now.state = now.state, to
    now.number = number[:64] or now.number
    people = standing(case)
    now.save()
    if state.sums:
        _agree(now, state, people, sums or {}, instalments, by=by, at=at, on=happened)
    _enter(now, known, case, people=len(people), by=by, at=at, on=happened, before=before, note=note)
    _move_case(case, state.case, by=by, at=at)
    if state.case == "paying":
        keep_day(flow.locked(case), at=at)
    if now.kind == "mediation" and state.ends:
        _end_mediation(case, at=at)
    return now


def _agree(
    track: Track, state: TrackState, people: Sequence[Claimant], sums: Mapping[int, int],
    instalments: Sequence[tuple[date, int]], *, by: User | None, at: datetime, on: date,
) -> None:  # fmt: skip
    wanting = [one for one in people if one.pk not in sums]
    if wanting:
        raise CannotMove("请逐人填写金额。", "Give the sum of each person.")
    for one in people:
        if sums[one.pk] < one.received_fen:
            raise CannotMove("金额不能少于本人已到账的金额。", "A sum is not less than what the person has received.")
    if by is None:
        raise CannotMove("金额须由经办人填写。", "Sums are written down by a person.")
    for one in people:
        agree_sum(claimant=one, fen=sums[one.pk], by=by, at=at)
    track.agreed_fen = sum(sums[one.pk] for one in people)
    track.agreed_on = on
    track.received_before_fen = sum(min(one.received_fen, sums[one.pk]) for one in people)
    track.people = [one.pk for one in people]
    track.save(update_fields=["agreed_fen", "agreed_on", "people", "received_before_fen"])
    if track.kind == "mediation" and not instalments:
        raise CannotMove("请填写付款日期和金额。", "Give the days and parts of the payment.")
    if instalments:
        keep_instalments(track, instalments)


def _enter(
    track: Track, kind: TrackKind, case: Case, *, people: int, by: User | None, at: datetime, on: date, before: str,
    note: str,
) -> None:  # fmt: skip
    """Stop and start the clocks of a state, write the step down, tell the claimants and the trail."""
    state = kind.states[track.state]
    done = [clock.step for clock in kind.clocks if track.state in clock.stops]
    TrackClock.objects.filter(track=track, done_at=None, step__in=done).update(done_at=at)
    if state.ends:
        open_ended = [clock.step for clock in kind.clocks if not clock.stops]
        TrackClock.objects.filter(track=track, done_at=None).exclude(step__in=open_ended).update(done_at=at)
        track.ended_at = at
    running = set(TrackClock.objects.filter(track=track, done_at=None).values_list("step", flat=True))
    # A period of days counts from the day it happened, which may have been written down later.
    since = at if on == civil_date(at) else at - (civil_date(at) - on)
    rows = []
    for clock in clocks_for(kind, state=track.state, form=track.form, region_code=case.region_code, people=people):
        due = reckon(since, clock.within).due
        if clock.step not in running and due is not None:
            rows.append(
                TrackClock(track=track, step=clock.step, whose=clock.whose, within=clock.within, started_at=since,
                           due_at=due)
            )  # fmt: skip
    TrackClock.objects.bulk_create(rows)
    set_due(track)
    TrackStep.objects.create(track=track, at=at, on=on, by=by, before=before, state=track.state, note=note[:600])
    flow.tell(case, kind=f"track-{track.kind}", by=by, at=at, public=True,
              zh=f"{kind.title['zh']}：{state.plain['zh']}", en=f"{kind.title['en']}: {state.plain['en']}")  # fmt: skip
    trail.record(by=by, at=at, action=f"track-{track.kind.replace('_', '-')}", subject="case", subject_id=case.pk,
                 changes={"from": before, "to": track.state, "form": track.form, "on": on})  # fmt: skip


def set_due(track: Track) -> None:
    """Write the nearest running clock into the track."""
    nearest = TrackClock.objects.filter(track=track, done_at=None).order_by("due_at").first()
    track.due_at = nearest.due_at if nearest else None
    track.save(update_fields=["due_at", "ended_at"])


def _move_case(case: Case, to: str, *, by: User | None, at: datetime) -> None:
    """The case follows where its procedure knows the way; else it stays and its story has been told."""
    now = flow.locked(case)
    if to and to != now.state and to in case_states()[now.state].next:
        flow.move(case=now, to=to, by=by, at=at)


def _end_mediation(case: Case, *, at: datetime, dropped: bool = False) -> None:
    if CaseClock.objects.filter(case=case, step="mediate", done_at=None).update(done_at=at, dropped=dropped):
        flow.recount(flow.locked(case))


@transaction.atomic
def extend_clock(*, clock: TrackClock, reason: str, by: User, at: datetime) -> TrackClock:
    """Write down that a body lengthened its period, once, by what the law allows. Raises CannotMove."""
    case = flow.locked(clock.track.case)
    now = TrackClock.objects.select_for_update(no_key=True).get(pk=clock.pk)
    known = kinds()[clock.track.kind]
    data = next((one for one in known.clocks if one.step == now.step), None)
    if data is None or not data.extension or now.extended or now.done_at is not None:
        raise CannotMove("这一期限不能再延长。", "This period cannot be lengthened.")
    due = reckon(now.started_at, now.within, more=[More(data.extension, reason)]).due
    now.extended = data.extension
    now.due_at = due or now.due_at
    now.save(update_fields=["extended", "due_at"])
    set_due(clock.track)
    flow.tell(case, kind=f"track-{known.key}", by=by, at=at, public=True,
              zh=f"{known.title['zh']}期限延长至 {civil_date(now.due_at)}：{reason}",
              en=f"{known.title['en']}: extended to {civil_date(now.due_at)}: {reason}")  # fmt: skip
    trail.record(by=by, at=at, action="track-extended", subject="case", subject_id=case.pk,
                 changes={"track": clock.track_id, "step": now.step, "reason": reason})  # fmt: skip
    return now
