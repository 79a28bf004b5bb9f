"""Real-name management 实名制: roster, contracts, attendance. Order 724 Art. 28."""

from datetime import timedelta
from typing import Any

import ibis

from anxin.law.calendar import last_workday
from anxin.law.civil import first_day
from anxin.ledger.facts import Facts
from anxin.rules.check import LOOK_BACK, Ask, Params, check
from anxin.rules.derive import (
    idle_workdays,
    last_attendance,
    months_back,
    recent_workers,
    rosters,
    unsigned,
    workers,
)
from anxin.rules.findings import findings
from anxin.rules.scope import kept_pauses


@check(
    object="project",
    unit="day",
    zh="工程开工后，实名制花名册上是否有工人（报备停工期间不计）",
    en="whether any worker stands on the real-name roster, in days since the start without approved pauses",
)
def roster_missing(facts: Facts, p: Params) -> Any:
    """Projects on whose roster no worker ever stood. Measure: days running."""
    rows = p.projects.anti_join(rosters(facts), "project_id")
    return findings(rows, project_id=rows.project_id, since=rows.begun_on, measure=rows.run_days)


@check(
    object="project",
    unit="percent",
    days=Ask(30, "day", "看最近", "looks at the last"),
    of=Ask(
        "attended",
        "choice",
        "以谁为基数：",
        "counted among those",
        {"attended": ("近期出勤的工人", "who attended lately"), "in_post": ("在岗工人", "who are in post")},
    ),
    zh="近期出勤（或在岗）的工人中没有有效劳动合同或用工书面协议的占比",
    en="share of workers who attended lately (or are in post) without a contract in force",
)
def contract_missing(facts: Facts, p: Params) -> Any:
    """Projects with workers without a contract. Measure: their share in percent."""
    if p["of"] == "attended":
        rows = unsigned(facts, int(p["days"]))
        rows = rows.mutate(base=rows.attended)
    else:
        rows = rosters(facts)
        rows = rows.mutate(base=rows.in_post, without=rows.unsigned, since=rows.entered_on)
    rows = rows.filter(rows.without > 0).inner_join(p.projects, "project_id")
    return findings(
        rows,
        project_id=rows.project_id,
        since=rows.since.fill_null(facts.as_of),
        measure=rows.without * 100 / rows.base,
        affected=rows.without,
        base=rows.base,
    )


@check(
    object="project",
    unit="workday",
    look_back=LOOK_BACK,
    zh="在岗有人，但已连续几个工作日没有任何考勤（报备停工结束前不计）",
    en="workers in post but nobody has passed the gate for so many working days (counted after an approved pause)",
)
def attendance_stopped(facts: Facts, p: Params) -> Any:
    """Projects with workers in post and no attendance flowing. Measure: working days since the last."""
    here = rosters(facts)
    here = here.filter(here.in_post > 0).select("project_id", "in_post", "entered_on")
    rows = p.projects.inner_join(here, "project_id")
    last = last_attendance(facts, p["look_back"]).rename(last_project="project_id")
    rows = rows.left_join(last, rows.project_id == last.last_project)
    stops = kept_pauses(facts)
    stops = stops.group_by(stop_project="project_id").agg(stop_on=stops.until_on.max())
    rows = rows.left_join(stops, rows.project_id == stops.stop_project)
    first = ibis.coalesce(rows.entered_on, rows.begun_on) - ibis.interval(days=1)
    quiet = ibis.coalesce(rows.last_on, first)
    quiet = ibis.greatest(quiet, ibis.coalesce(rows.stop_on, quiet))
    idle = idle_workdays(facts, p["look_back"])
    earliest = first_day(months_back(facts.as_of, p["look_back"])[0])
    rows = rows.mutate(quiet=ibis.greatest(quiet, ibis.date(earliest)))
    rows = rows.inner_join(idle, rows.quiet == idle.day)
    return findings(
        rows,
        project_id=rows.project_id,
        since=rows.quiet + ibis.interval(days=1),
        measure=rows.idle,
        affected=rows.in_post,
    )


@check(
    object="project",
    unit="percent",
    days=Ask(2, "workday", "看最近（含当日）", "looks at the last, today included,"),
    zh="在岗工人中最近没有考勤的占比",
    en="share of the workers in post who have not attended lately",
)
def attendance_absent(facts: Facts, p: Params) -> Any:
    """Projects whose workers in post stay away. Measure: their share in percent; 100 means nobody came."""
    start = last_workday(facts.as_of)
    for _ in range(int(p["days"]) - 1):
        start = last_workday(start - timedelta(days=1))
    posted = workers(facts)
    posted = posted.filter(
        (posted.left_on.isnull() | (posted.left_on > facts.as_of))
        & (posted.entered_on.isnull() | (posted.entered_on <= start))
    )
    posted = posted.select("project_id", "worker_id").semi_join(p.projects, "project_id")
    came = recent_workers(facts, (facts.as_of - start).days + 1).mutate(came=ibis.literal(1))
    came = came.rename(came_project="project_id", came_worker="worker_id")
    both = posted.left_join(came, [posted.project_id == came.came_project, posted.worker_id == came.came_worker])
    rows = both.group_by("project_id").agg(base=both.count(), came=both.came.fill_null(0).sum().cast("int64"))
    rested = kept_pauses(facts).filter(lambda t: t.until_on >= start)
    rows = rows.filter(rows.came < rows.base).anti_join(rested, "project_id")
    return findings(
        rows,
        project_id=rows.project_id,
        since=ibis.date(start),
        measure=(rows.base - rows.came) * 100 / rows.base,
        affected=rows.base - rows.came,
        base=rows.base,
    )
