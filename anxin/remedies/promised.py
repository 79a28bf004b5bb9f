"""Money that an agreement, an award or a judgment promised: by when, whose it is, and what is open when it does not
come."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from anxin.cases import flow
from anxin.cases.hands import answerable
from anxin.cases.models import Case, CaseClock, Claimant, ClaimStay
from anxin.cases.money import MONEY, all_received, has_all, standing
from anxin.cases.paying import promise, run_on, stop_paid
from anxin.law.civil import civil_date
from anxin.law.clocks import due_on
from anxin.notices.send import notify
from anxin.people import trail
from anxin.remedies.models import Instalment, Track, TrackClock
from anxin.remedies.ways import TrackKind, kinds

PROMISES = frozenset(
    (kind.key, state.key) for kind in kinds().values() for state in kind.states.values() if state.case == "paying"
)


def agreements_of(case: Case) -> list[Track]:
    """What promised money to the people of a case, the oldest first, wherever a merge or a split has brought them."""
    people = set(Claimant.objects.filter(case=case).values_list("pk", flat=True))
    before = ClaimStay.objects.filter(claim__case=case).values("case")
    rows = Track.objects.filter(Q(case=case) | Q(case__in=before)).exclude(ended_at=None)
    return [
        track
        for track in rows.order_by("ended_at", "pk")
        if (track.kind, track.state) in PROMISES
        and (people & set(track.people) if track.people else track.case_id == case.pk)
    ]


def tracks_about(case: Case) -> list[Track]:
    """The ways of a case, in the order they began, and the agreements of before that promised money to its people."""
    own = list(Track.objects.filter(case=case).order_by("started_at", "pk"))
    return [*(one for one in agreements_of(case) if one.case_id != case.pk), *own]


def concerned(track: Track) -> QuerySet[Case]:
    """The open cases whose people an agreement binds, by number."""
    if not track.people:
        return Case.objects.filter(pk=track.case_id, ended_at=None)
    cases = Claimant.objects.filter(pk__in=track.people).values("case")
    return Case.objects.filter(pk__in=cases, ended_at=None).order_by("pk")


def still_open() -> Q:
    """Of instalments: those of agreements that bind somebody in an open case."""
    stays = ClaimStay.objects.filter(claim__case__ended_at=None).values("case")
    return Q(track__case__ended_at=None) | Q(track__case__in=stays)


def wanting(track: Track, case: Case) -> bool:
    """Whether somebody of a case has not all that an agreement gave him."""
    people = standing(case)
    return any(not has_all(one) for one in (people.filter(pk__in=track.people) if track.people else people))


def next_ways(track: Track, *, on: date) -> list[tuple[TrackKind, str]]:
    """The ways, each with its form, that are open on a day when what a track promised is not paid, the quickest first;
    none that is under way or was tried since."""
    confirmed = Track.objects.filter(before=track, kind="confirmation", state="confirmed").first()
    if confirmed is not None:
        return next_ways(confirmed, on=on)
    here = concerned(track) if track.people else Case.objects.filter(pk=track.case_id)
    since = track.ended_at or track.started_at
    tried = set(Track.objects.filter(case__in=here, started_at__gte=since).values_list("kind", flat=True))
    found = []
    for way in kinds()[track.kind].states[track.state].unpaid:
        key, _, form = way.partition("/")
        if key not in tried and not (key == "confirmation" and _too_late(track, form, on)):
            found.append((kinds()[key], form))
    return found


def _too_late(track: Track, form: str, on: date) -> bool:
    clock = TrackClock.objects.filter(track=track, step=f"confirm_{form}").first()
    return clock is not None and due_on(civil_date(clock.started_at), clock.within) < on


def ways_in_words(ways: Iterable[tuple[TrackKind, str]]) -> tuple[str, str]:
    """Ways as a sentence names them, in Chinese and English, each kind once."""
    named = list(dict.fromkeys(kind.key for kind, _ in ways))
    return (
        "、".join(kinds()[key].title["zh"] for key in named),
        ", ".join(kinds()[key].title["en"].lower() for key in named),
    )


def keep_day(case: Case, *, at: datetime) -> bool:
    """Let the case's clock run to the next day on which an agreement's money is due. Answers whether it changed."""
    today = civil_date(at)
    days = Instalment.objects.filter(track__in=agreements_of(case), paid_at=None, due_on__gte=today)
    first = days.order_by("due_on").first()
    return first is not None and promise(case=case, until=first.due_on, at=at)


def tend_promises(*, at: datetime) -> int:
    """Give every case that is being paid its clock, stop it where nobody waits for money any more, bring those whose
    promised day is over unpaid on. Safe to repeat. Answers how many cases went overdue."""
    stop_paid(at=at)
    running = CaseClock.objects.filter(case=OuterRef("pk"), step__in=(MONEY, "pay"), done_at=None)
    for case in Case.objects.filter(~Exists(running), state="paying", ended_at=None).iterator(chunk_size=500):
        if run_on(case=case, at=at):
            keep_day(case, at=at)
    stays = ClaimStay.objects.exclude(case__tracks__ended_at=None).values("claim__case")
    bound = Q(case__tracks__ended_at__isnull=False) | Q(case__in=stays)
    late = CaseClock.objects.filter(bound, step=MONEY, done_at=None, due_at__lt=at, case__ended_at=None)
    return sum(_broken(pk, at) for pk in list(late.order_by("due_at").values_list("case_id", flat=True).distinct()))


@transaction.atomic
def _broken(pk: int, at: datetime) -> bool:
    case = flow.locked(Case(pk=pk))
    clock = CaseClock.objects.filter(case=case, step=MONEY, done_at=None, due_at__lt=at).first()
    if clock is None or case.state != "paying" or all_received(case):
        return False
    track = _what_it_waits_for(case)
    if track is None:
        return False
    zh, en = ways_in_words(next_ways(track, on=civil_date(at)))
    said = flow.line(case, kind="promise-broken", by=None, at=at, public=True,
                     zh="说好的钱到期没有付清" + (f"，下一步可以走：{zh}" if zh else "，我们继续催要"),
                     en="What was promised was not paid in time" + (f"; open now: {en}" if en else ""))  # fmt: skip
    flow.step(case, to="overdue", by=None, at=at, lines=[said])
    trail.record(by=None, at=at, action="promise-broken", subject="case", subject_id=case.pk,
                 changes={"track": track.pk})  # fmt: skip
    notify(to=answerable(case, at=at), kind="promise-broken", subject="case", subject_id=case.number, at=at,
           urgent=True, zh=f"案件 {case.number} 约定的钱到期未付" + (f"，下一步：{zh}" if zh else ""),
           en=f"Case {case.number}: what was promised is unpaid" + (f"; next: {en}" if en else ""))  # fmt: skip
    return True


def _what_it_waits_for(case: Case) -> Track | None:
    """The newest promise a case that is being paid waits for; none where it came to be paid by another way since."""
    found = agreements_of(case)
    if not found:
        return None
    newest = found[-1]
    story = case.events.filter(kind="state-paying") or newest.case.events.filter(kind="state-paying")
    entered = story.order_by("at").values_list("at", flat=True).last()
    return newest if entered is None or (newest.ended_at and newest.ended_at >= entered) else None
