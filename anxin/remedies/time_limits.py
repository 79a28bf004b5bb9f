"""Time limits in which a worker must act, as they stand for a case on a day, each with its article."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from anxin.cases.models import Case, Claimant, ClaimStay
from anxin.law.civil import civil_date, last_day
from anxin.law.clocks import add_months, read_within
from anxin.registry.models import Engagement
from anxin.remedies.models import Track, TrackClock
from anxin.remedies.particulars import standing
from anxin.remedies.ways import article, kinds, limit_data


@dataclass(frozen=True)
class Limit:
    """``on``: the last day (None: it does not run). ``people``: how many it concerns. ``days``: left, below nought when
    it is over; ``near``: within the warning period. ``why``: how it was reckoned."""

    key: str
    title: Mapping[str, str]
    article: Mapping[str, str]
    on: date | None
    people: int
    days: int | None
    near: bool
    why_zh: str
    why_en: str
    unverified: bool = False


def limits(case: Case, *, as_of: date) -> list[Limit]:
    """The limits of a case, the nearest first; those that do not run come last."""
    people = standing(case)
    found = [*_of_tracks(case, as_of, people)]
    if case.ended_at is None:
        found += _arbitration(case, people, as_of)
        found += _inspection(case, people, as_of)
    return sorted(found, key=lambda one: (one.on is None, one.on or date.max, one.key))


def _near_days() -> int:
    return read_within(limit_data()["near"]).count


def _limit(key: str, title: Any, law: Any, on: date | None, people: int, as_of: date, zh: str, en: str,
           unverified: bool = False) -> Limit:  # fmt: skip
    days = (on - as_of).days if on is not None else None
    near = days is not None and days <= _near_days()
    return Limit(key, {"zh": title["zh"], "en": title["en"]}, law, on, people, days, near, zh, en, unverified)


def _of_tracks(case: Case, as_of: date, people: list[Claimant]) -> list[Limit]:
    """The limits of agreements and awards, for those whom these bind, wherever a merge or a split has brought them."""
    found = []
    before = ClaimStay.objects.filter(claim__in={one.claim_id for one in people}).values("case")
    here = Q(track__case=case) | Q(track__case__in=before)
    rows = TrackClock.objects.filter(here, done_at=None).select_related("track").order_by("due_at", "pk")
    for clock in rows:
        bound = [one for one in people if one.pk in clock.track.people or not clock.track.people]
        if not bound or (clock.track.case_id != case.pk and not clock.track.people):
            continue
        kind = kinds()[clock.track.kind]
        data = next((one for one in kind.clocks if one.step == clock.step), None)
        if data is None or not data.limit:
            continue
        on, since = civil_date(clock.due_at), civil_date(clock.started_at)
        # A limit of an agreement or an award that ran out long ago concerns nobody any more.
        if (as_of - on).days > _near_days():
            continue
        found.append(
            _limit(
                f"{clock.track.kind}-{clock.step}",
                data.title,
                data.article,
                on,
                len(bound),
                as_of,
                f"自 {since} 起算",
                f"counted from {since}",
                data.unverified,
            )
        )
    return found


def _arbitration(case: Case, people: list[Claimant], as_of: date) -> list[Limit]:
    """One year from the end of the employment; a complaint to an authority interrupts it, and while he is employed it
    does not run at all. Once arbitration has been asked for, it is kept."""
    data = limit_data()["arbitration"]
    if Track.objects.filter(case=case, kind="arbitration").exclude(state__in=("refused", "withdrawn")).exists():
        return []
    months = read_within(data["within"]).count
    law = article(data["article"])
    last_step = Track.objects.filter(case=case).order_by("-started_at").first()
    groups: dict[tuple[date | None, str, str], int] = defaultdict(int)
    left = _left_on(case, people)
    for one in people:
        ended = left.get(one.worker_id or 0)
        if ended is None and one.worker_id in left:
            groups[(None, "劳动关系存续期间不受一年限制", "not limited while he is employed")] += 1
            continue
        since = ended or _last_month(one) or civil_date(one.claim.at)
        claimed = civil_date(one.claim.at)
        zh, en = ("离职日", "the day he left") if ended else ("最后欠薪月", "the last month owed")
        # A claim that came too late interrupts nothing: the limit had run out.
        if claimed <= add_months(since, months):
            newest = max(claimed, civil_date(last_step.started_at) if last_step else claimed)
            if newest >= since:
                since, zh, en = newest, "反映（中断后重新计算）", "the claim, which interrupted it"
        groups[(add_months(since, months), f"自{zh} {since} 起一年", f"a year from {en}, {since}")] += 1
    return [
        _limit("arbitration", data, law, on, count, as_of, zh, en)
        for (on, zh, en), count in sorted(groups.items(), key=lambda one: str(one[0][0]))
    ]


def _left_on(case: Case, people: list[Claimant]) -> dict[int, date | None]:
    """Worker → when he left the case's project (None: he is still there). Who is not on its roster is not in it."""
    if case.project_id is None:
        return {}
    workers = [one.worker_id for one in people if one.worker_id is not None]
    rows = Engagement.objects.filter(project_id=case.project_id, worker_id__in=workers)
    return dict(rows.values_list("worker_id", "left_on"))


def _last_month(claimant: Claimant) -> date | None:
    return last_day(max(claimant.months)) if claimant.months else None


def _inspection(case: Case, people: list[Claimant], as_of: date) -> list[Limit]:
    """The inspection looks back two years from a breach's end; what was claimed in time stays claimed. Only those who
    came later are told."""
    data = limit_data()["inspection"]
    months = read_within(data["within"]).count
    late: dict[date, int] = defaultdict(int)
    left = _left_on(case, people)
    for one in people:
        last = _last_month(one)
        since = max(filter(None, (last, left.get(one.worker_id or 0))), default=None)
        if since is not None and add_months(since, months) < civil_date(one.claim.at):
            late[add_months(since, months)] += 1
    return [
        _limit("inspection", data, article(data["article"]), on, count, as_of,
               "反映时已超过两年，监察不再查处，可仲裁或诉讼", "claimed after two years; arbitration or court is left")
        for on, count in sorted(late.items())
    ]  # fmt: skip
