"""What runs by itself on the ways to money: answers of banks, broken instalments, deposits not filled up, hearings
ahead; and, looked at more rarely, time limits that come near. Each is told once; run it as often as you like."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from anxin.cases import flow
from anxin.cases.hands import answerable
from anxin.cases.models import Case
from anxin.law.civil import SHANGHAI, civil_date
from anxin.law.clocks import read_within
from anxin.notices.send import notify
from anxin.people.models import Role, User
from anxin.remedies.instalments import reconcile_instalments
from anxin.remedies.models import Instalment, LimitTold, TopUp, Track, TrackClock
from anxin.remedies.payouts import answers_from_ledger, count_once
from anxin.remedies.promised import concerned, still_open, tend_promises
from anxin.remedies.time_limits import limits
from anxin.remedies.ways import kinds, limit_data

# How long before its day something is told.
INSTALMENT_AHEAD = timedelta(days=3)
HEARING_AHEAD = timedelta(days=3)
TOP_UP_AHEAD = timedelta(days=3)
_AT_ONCE = 1000


def remind_ways(*, at: datetime) -> int:
    """Do and tell all that is due. Safe to repeat, and for two workers at once. Answers how many things happened."""
    count = answers_from_ledger(at=at) + count_once(at=at)
    for part in (_instalments, _hearings, _late_steps, _top_ups):
        count += part(at)
    return count + tend_promises(at=at)


def _instalments(at: datetime) -> int:
    """Count what came in; tell of parts due soon; parts whose day passed unpaid are broken."""
    today, count = civil_date(at), 0
    waiting = Instalment.objects.filter(still_open(), paid_at=None, due_on__lte=today + INSTALMENT_AHEAD)
    # A bank that takes its word back takes the instalment's payment back with it.
    shaken = Instalment.objects.filter(
        paid_at__isnull=False, track__case__ended_at=None, track__case__events__kind="receipt-corrected",
        track__case__events__at__gte=F("paid_at"),
    )  # fmt: skip
    tracks = [
        key for rows in (waiting, shaken) for key in rows.order_by().values_list("track_id", flat=True).distinct()
    ]
    # All of them: an agreement that was broken stays among them until it is paid.
    for key in sorted(set(tracks)):
        count += len(reconcile_instalments(track=Track.objects.select_related("case").get(pk=key), at=at))
    for row in waiting.filter(told_at=None, due_on__gte=today).select_related("track"):
        with transaction.atomic():
            if not Instalment.objects.filter(pk=row.pk, told_at=None, paid_at=None).update(told_at=at):
                continue
            for case in concerned(row.track).select_related("owner", "unit"):
                notify(to=answerable(case), kind="instalment-due", subject="case", subject_id=case.number, at=at,
                       zh=f"案件 {case.number} 协议第{row.turn}期 {row.due_on} 到期，"
                          f"{row.amount_fen / 100:,.2f} 元，请提醒单位",
                       en=f"Case {case.number}: part {row.turn} of the agreement is due on {row.due_on}")  # fmt: skip
                count += 1
    return count


def _hearings(at: datetime) -> int:
    """Tell officer and claimants of a hearing that is near."""
    rows = Track.objects.filter(
        ended_at=None, hearing_told_at=None, hearing_at__gt=at, hearing_at__lte=at + HEARING_AHEAD
    ).select_related("case__owner", "case__unit")
    count = 0
    for track in rows[:_AT_ONCE]:
        with transaction.atomic():
            if not Track.objects.filter(pk=track.pk, hearing_told_at=None).update(hearing_told_at=at):
                continue
            kind, case = kinds()[track.kind], track.case
            when = f"{track.hearing_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if track.hearing_at else ""
            flow.tell(case, kind=f"track-{track.kind}", by=None, at=at, public=True,
                      zh=f"{kind.title['zh']} {when} 开庭，请准时到场或请代表人到场",
                      en=f"{kind.title['en']}: hearing on {when}; come, or send your representative")  # fmt: skip
            notify(to=answerable(case), kind="hearing", subject="case", subject_id=case.number, at=at, urgent=True,
                   zh=f"案件 {case.number} {when} 开庭", en=f"Case {case.number}: hearing on {when}")  # fmt: skip
            count += 1
    return count


def _late_steps(at: datetime) -> int:
    """Tell once of a step that is not done in its time: the office's people, if it signs in, and the case's officer."""
    rows = TrackClock.objects.filter(done_at=None, due_at__lt=at, told_at=None, track__ended_at=None)
    count = 0
    for clock in rows.select_related("track__case__owner", "track__case__unit", "track__organisation")[:_AT_ONCE]:
        with transaction.atomic():
            if not TrackClock.objects.filter(pk=clock.pk, told_at=None).update(told_at=at):
                continue
            track, case = clock.track, clock.track.case
            data = next((one for one in kinds()[track.kind].clocks if one.step == clock.step), None)
            if data is None or case.ended_at is not None:
                continue
            people = list(answerable(case))
            if clock.whose == "body" and track.organisation is not None:
                people += list(track.organisation.people.filter(is_active=True))
            notify(to=people, kind="track-late", subject="case", subject_id=case.number, at=at,
                   zh=f"案件 {case.number} {kinds()[track.kind].title['zh']}：“{data.title['zh']}”已超期",
                   en=f"Case {case.number}, {kinds()[track.kind].title['en']}: {data.title['en']} is late")  # fmt: skip
            count += 1
    return count


def _top_ups(at: datetime) -> int:
    """Tell the site's clerk and the officer when a deposit's filling up is near or late."""
    # Told twice at most: when it is near, and once when it is late.
    rows = TopUp.objects.filter(done_on=None, due_at__lte=at + TOP_UP_AHEAD).filter(
        Q(told_at=None) | Q(due_at__lt=at, told_at__lt=F("due_at"))
    )
    count = 0
    for row in rows.select_related("deposit__project", "draw__case__owner", "draw__case__unit")[:_AT_ONCE]:
        late = row.due_at < at
        with transaction.atomic():
            if not TopUp.objects.filter(pk=row.pk, done_on=None, told_at=row.told_at).update(told_at=at):
                continue
            project, case = row.deposit.project, row.draw.case
            clerks = User.objects.filter(role=Role.CLERK, project=project.code, is_active=True)
            zh = f"“{project.name}”保证金应在 {civil_date(row.due_at)} 前补足 {row.amount_fen / 100:,.2f} 元"
            en = f"{project.name}: the deposit is to be filled up by {civil_date(row.due_at)}"
            notify(to=[*clerks, *(answerable(case) if late else [])], kind="top-up-late" if late else "top-up",
                   subject="project", subject_id=project.code, at=at, urgent=late,
                   zh=zh + ("，已逾期" if late else ""), en=en + ("; it is late" if late else ""))  # fmt: skip
            count += 1
    return count


def remind_limits(*, at: datetime) -> int:
    """Tell officer and claimants once of a time limit that is near; safe to repeat. Cases that cannot have one near are
    passed over, the others are reckoned one by one: hourly is often enough. Answers how many were told."""
    today = civil_date(at)
    near = read_within(limit_data()["near"]).count
    clocks = TrackClock.objects.filter(done_at=None, due_at__gte=at, due_at__lte=at + timedelta(days=near))
    # The year of arbitration counts from the claim at the earliest, so younger cases are not looked at.
    old = at - timedelta(days=365 - near - 3)
    concerned = Q(pk__in=clocks.values("track__case_id")) | Q(opened_at__lt=old)
    found = Case.objects.filter(concerned, ended_at=None, merged_into=None).select_related("owner", "unit", "project")
    count = 0
    for case in found.order_by("pk").iterator(chunk_size=500):
        for one in limits(case, as_of=today):
            if not one.near or one.on is None or one.on < today:
                continue
            with transaction.atomic():
                _, new = LimitTold.objects.get_or_create(case=case, key=one.key, on=one.on, defaults={"at": at})
                if not new:
                    continue
                notify(to=answerable(case), kind="limit-near", subject="case", subject_id=case.number, at=at,
                       urgent=True, zh=f"案件 {case.number}：{one.title['zh']}期限 {one.on} 届满，{one.people} 人",
                       en=f"Case {case.number}: {one.title['en']} ends on {one.on}, workers: {one.people}")  # fmt: skip
                flow.tell(case, kind="limit-near", by=None, at=at, public=True,
                          zh=f"请注意：{one.title['zh']}的最后期限是 {one.on}，需要帮助请联系我们",
                          en=f"Note: {one.title['en']} ends on {one.on}; ask us for help")  # fmt: skip
                count += 1
    return count
