"""What several checks need from the same facts, computed once an evaluation and kept in ``facts.memo``.

The two large tables, work_months and pay_months, are read once each by worker and once by project. A worker's months
become bits of one integer: bit k is the month k months after the first looked at. Summing distinct powers of two sets
bits on every engine (``bit_or`` is not known to all), and one row a worker makes the join of work with pay twelve
times smaller than row by row.
"""

from datetime import date, timedelta
from functools import partial
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from anxin.law.calendar import last_workday, workdays_between
from anxin.law.civil import first_day, last_day, month_of, shift_month
from anxin.ledger.facts import Facts
from anxin.registry.models.workers import MANAGER
from anxin.rules.plan import constant, keep
from anxin.rules.scope import judged, kept_pauses

_SET = (1 << 20) - 1
_COUNTS = (
    "attended",
    "attended_recorded",
    "attended_paid",
    "recorded",
    "paid_workers",
    "bank_workers",
)


def months_back(as_of: date, look_back: int) -> list[str]:
    """The months looked at, oldest first, the month of ``as_of`` last: ``look_back`` whole months and that one."""
    this = month_of(as_of)
    return [shift_month(this, -n) for n in range(look_back, -1, -1)]


def _bit(months: list[str], month: Any) -> Any:
    return month.cases(*((name, 1 << k) for k, name in enumerate(months)), else_=0)


def _within(rows: Any, months: list[str]) -> Any:
    return rows.filter((rows.month >= months[0]) & (rows.month <= months[-1]))


def _sum(value: Any) -> Any:
    return value.sum().cast("int64")


def managers(facts: Facts) -> Any:
    """Managers on the rosters: project_id, worker_id."""
    return facts.engagements.filter(facts.engagements.role == MANAGER).select("project_id", "worker_id")


def worker_pay(facts: Facts, look_back: int) -> Any:
    """One row a project and worker (no managers): the months with a wage record, with pay, with a bank payment.

    Columns: project_id, worker_id, recorded, paid, bank (bits of months).
    """

    def build() -> Any:
        months = months_back(facts.as_of, look_back)
        if len(months) > 20:
            raise ValueError("A rule looks back 19 months at most")
        rows = _within(facts.pay_months, months)
        # Three sets of bits in one integer, twenty months each: one sum costs half of three.
        said = 1 + ibis.ifelse(rows.paid_fen > 0, 1 << 20, 0) + ibis.ifelse(rows.bank_paid_fen > 0, 1 << 40, 0)
        rows = rows.select("project_id", "worker_id", bits=_bit(months, rows.month) * said)
        bits = rows.group_by("project_id", "worker_id").agg(bits=_sum(rows.bits))
        bits = bits.anti_join(managers(facts), ["project_id", "worker_id"])
        return bits.select(
            "project_id",
            "worker_id",
            recorded=bits.bits & _SET,
            paid=(bits.bits >> 20) & _SET,
            bank=bits.bits >> 40,
        )

    return keep(facts, f"worker_pay:{look_back}", build)


def worker_work(facts: Facts, look_back: int, min_days: int) -> Any:
    """One row a project and worker (no managers): the months he attended on at least ``min_days``, as bits."""

    def build() -> Any:
        months = months_back(facts.as_of, look_back)
        rows = _within(facts.work_months, months).filter(lambda t: t.days >= max(min_days, 1))
        rows = rows.mutate(bit=_bit(months, rows.month))
        bits = rows.group_by("project_id", "worker_id").agg(worked=_sum(rows.bit))
        return bits.anti_join(managers(facts), ["project_id", "worker_id"])

    return keep(facts, f"worker_work:{look_back}:{min_days}", build)


def _counts(facts: Facts, look_back: int, min_days: int) -> Any:
    """Workers by project and month: who attended, has a record, was paid, and both at once."""
    work = worker_work(facts, look_back, min_days)
    pay = worker_pay(facts, look_back)
    both = work.outer_join(pay, ["project_id", "worker_id"])
    both = both.select(
        project_id=ibis.coalesce(both.project_id, both.project_id_right),
        **{name: both[name].fill_null(0) for name in ("worked", "recorded", "paid", "bank")},
    )
    # Most workers of a site share their months with others: those alike are counted together.
    alike = both.group_by(both.columns).agg(workers=both.count())
    months = months_back(facts.as_of, look_back)
    bits = {
        "attended": alike.worked,
        "attended_recorded": alike.worked & alike.recorded,
        "attended_paid": alike.worked & alike.paid,
        "recorded": alike.recorded,
        "paid_workers": alike.paid,
        "bank_workers": alike.bank,
    }
    sums = {
        f"{name}_{k}": _sum(ibis.ifelse((bits[name] & (1 << k)) != 0, alike.workers, 0))
        for name in _COUNTS
        for k in range(len(months))
    }
    return keep(
        facts,
        f"counts:{look_back}:{min_days}",
        lambda: alike.group_by("project_id").agg(**sums),
        then=partial(_long, months=months),
    )


def _long(table: pa.Table, months: list[str]) -> pa.Table:
    """Column by month → row by month; months without anyone fall away."""
    size = len(months)
    ids = np.repeat(table.column("project_id").to_numpy(), size)
    columns = {
        name: np.stack([table.column(f"{name}_{k}").to_numpy() for k in range(size)], axis=1).reshape(-1)
        for name in _COUNTS
    }
    some = (columns["attended"] > 0) | (columns["recorded"] > 0)
    index = np.tile(np.arange(size, dtype=np.int64), table.num_rows)
    return pa.table(
        {
            "project_id": pa.array(ids[some], pa.int64()),
            "month": pa.array(months, pa.string()).take(pa.array(index[some])),
            **{name: pa.array(values[some], pa.int64()) for name, values in columns.items()},
        }
    )


def _sums(facts: Facts, look_back: int) -> Any:
    """Money of the wage records by project and month, and the workers who got less than they were due."""
    rows = _within(facts.pay_months, months_back(facts.as_of, look_back))
    rows = rows.mutate(due=rows.due_fen.fill_null(0), got=rows.paid_fen.fill_null(0), on_sheet=rows.lines > 0)
    short = (rows.got > 0) & (rows.got < rows.due)
    return rows.group_by("project_id", "month").agg(
        sheet_workers=_sum(ibis.ifelse(rows.on_sheet, 1, 0)),
        sheet_fen=_sum(ibis.ifelse(rows.on_sheet, ibis.ifelse(rows.due > 0, rows.due, rows.got), 0)),
        due_fen=_sum(rows.due),
        paid_fen=_sum(rows.got),
        open_fen=_sum(ibis.ifelse(rows.due > rows.got, rows.due - rows.got, 0)),
        short_workers=_sum(ibis.ifelse(short, 1, 0)),
        short_fen=_sum(ibis.ifelse(short, rows.due - rows.got, 0)),
        failed_workers=_sum(ibis.ifelse((rows.got == 0) & (rows.bank_failed_fen > 0), 1, 0)),
        failed_fen=_sum(ibis.ifelse(rows.got == 0, rows.bank_failed_fen, 0)),
    )


def project_months(facts: Facts, look_back: int, min_days: int = 1) -> Any:
    """One row a project and month in which anyone attended or stands on a wage record. Wholly paused months are gone.

    Workers: attended, attended_recorded, attended_paid, recorded, paid_workers, bank_workers,
    sheet_workers, short_workers, failed_workers. Money in fen: sheet_fen, due_fen, paid_fen, open_fen (due, not paid),
    short_fen, failed_fen.
    """

    def build() -> Any:
        counts = _counts(facts, look_back, min_days)
        sums = _sums(facts, look_back).rename(sum_project="project_id", sum_month="month")
        joined = counts.left_join(sums, [counts.project_id == sums.sum_project, counts.month == sums.sum_month])
        names = (
            *("sheet_workers", "sheet_fen", "due_fen", "paid_fen", "open_fen"),
            *("short_workers", "short_fen", "failed_workers", "failed_fen"),
        )
        rows = joined.mutate(**{name: joined[name].fill_null(0) for name in names}).drop("sum_project", "sum_month")
        return rows.anti_join(paused_months(facts, look_back), ["project_id", "month"])

    return keep(facts, f"project_months:{look_back}:{min_days}", build)


def month_table(facts: Facts, look_back: int) -> Any:
    """The months looked at: month, first_on, last_on, length."""

    def make() -> pa.Table:
        rows = [
            {"month": month, "first_on": first_day(month), "last_on": last_day(month), "length": last_day(month).day}
            for month in months_back(facts.as_of, look_back)
        ]
        schema = pa.schema(
            [("month", pa.string()), ("first_on", pa.date32()), ("last_on", pa.date32()), ("length", pa.int64())]
        )
        return pa.Table.from_pylist(rows, schema=schema)

    return constant(facts, f"months:{look_back}", make)


def paused_months(facts: Facts, look_back: int) -> Any:
    """Months in which a project stood still, approved, on every day: project_id, month."""
    both = kept_pauses(facts).cross_join(month_table(facts, look_back))
    both = both.filter((both.from_on <= both.last_on) & (both.until_on >= both.first_on))
    begin, end = ibis.greatest(both.from_on, both.first_on), ibis.least(both.until_on, both.last_on)
    both = both.mutate(begin=begin, end=end)
    both = both.mutate(still=both.end.delta(both.begin, unit="day") + 1)
    whole = both.group_by("project_id", "month").agg(still=both.still.sum(), length=both.length.max())
    return whole.filter(whole.still >= whole.length).select("project_id", "month")


def due_days(facts: Facts, look_back: int) -> Any:
    """When the wages of a month are due, by pay-day: month, pay_day (1–31), due_on.

    The pay-day lies in the following month, at the latest on its last day; when it is a rest day wages are due on the
    working day before it (Order 724 Art. 13 and 14).
    """

    def make() -> pa.Table:
        rows = [
            {"month": month, "pay_day": day, "due_on": _due_on(month, day)}
            for month in months_back(facts.as_of, look_back)
            for day in range(1, 32)
        ]
        schema = pa.schema([("month", pa.string()), ("pay_day", pa.int64()), ("due_on", pa.date32())])
        return pa.Table.from_pylist(rows, schema=schema)

    return constant(facts, f"due_days:{look_back}", make)


def _due_on(month: str, pay_day: int) -> date:
    following = shift_month(month, 1)
    return last_workday(first_day(following) + timedelta(days=min(pay_day, last_day(following).day) - 1))


def judged_months(facts: Facts, projects: Any, *, look_back: int, pay_day: int, grace: int, min_days: int = 1) -> Any:
    """``project_months`` of the given projects whose wages have been due for longer than ``grace`` days.

    Adds ``due_on`` and ``late_days`` (days since it). ``pay_day`` stands in where a project has recorded none.
    """

    def build() -> Any:
        every = judged(facts)
        known = ibis.ifelse(every.pay_day.between(1, 31), every.pay_day, pay_day).fill_null(pay_day)
        mine = every.select("project_id", judged_pay_day=known)
        rows = project_months(facts, look_back, min_days).inner_join(mine, "project_id")
        due = due_days(facts, look_back).rename(due_month="month")
        rows = rows.inner_join(due, [rows.month == due.due_month, rows.judged_pay_day == due.pay_day])
        rows = rows.mutate(late_days=ibis.date(facts.as_of).delta(rows.due_on, unit="day"))
        return rows.filter(rows.late_days > 0).drop("due_month", "pay_day", "judged_pay_day")

    rows = keep(facts, f"judged_months:{look_back}:{pay_day}:{min_days}", build)
    return rows.filter(rows.late_days > grace).semi_join(projects, "project_id")


def last_judged(facts: Facts, projects: Any, *, look_back: int, pay_day: int, grace: int) -> Any:
    """Of ``judged_months`` each project's last in which anyone attended."""
    months = judged_months(facts, projects, look_back=look_back, pay_day=pay_day, grace=grace)
    months = months.filter(months.attended > 0)
    last = months.group_by(last_project="project_id").agg(last_month=months.month.max())
    return months.inner_join(last, [months.project_id == last.last_project, months.month == last.last_month])


def rosters(facts: Facts) -> Any:
    """One row a project with workers on its roster.

    Columns: workers (ever), in_post (entered, not left), unsigned (in post without a contract in force), entered_on
    (first entry), leavers and unsettled (left, neither settled nor confirmed), left_on (first of those).
    """

    def build() -> Any:
        rows = workers(facts)
        gone = rows.left_on.notnull() & (rows.left_on <= facts.as_of)
        bare = ~gone & ~in_force(facts, rows)
        owed = gone & rows.settled_on.isnull() & rows.confirmed_on.isnull()
        return rows.group_by("project_id").agg(
            workers=rows.count(),
            in_post=_sum(ibis.ifelse(gone, 0, 1)),
            unsigned=_sum(ibis.ifelse(bare, 1, 0)),
            entered_on=rows.entered_on.min(),
            leavers=_sum(ibis.ifelse(gone, 1, 0)),
            unsettled=_sum(ibis.ifelse(owed, 1, 0)),
            left_on=ibis.ifelse(owed, rows.left_on, ibis.null("date")).min(),
        )

    return keep(facts, "rosters", build)


def workers(facts: Facts) -> Any:
    """Engagements begun by ``as_of``, managers left out."""
    rows = facts.engagements
    return rows.filter(
        (rows.role.isnull() | (rows.role != MANAGER)) & (rows.entered_on.isnull() | (rows.entered_on <= facts.as_of))
    )


def in_force(facts: Facts, rows: Any) -> Any:
    """Whether an engagement's contract is signed and not run out."""
    signed = rows.contract_on.notnull() & (rows.contract_on <= facts.as_of)
    return signed & (rows.contract_until.isnull() | (rows.contract_until >= facts.as_of))


def unsigned(facts: Facts, days: int) -> Any:
    """Workers by project who attended in the last ``days`` days, and how many of them had no contract in force.

    Columns: project_id, attended, without, since (first entry among those without).
    """

    def build() -> Any:
        came = recent_workers(facts, days)
        rows = facts.engagements
        rows = rows.select(
            roster_project="project_id",
            roster_worker="worker_id",
            role="role",
            entered_on="entered_on",
            signed=in_force(facts, rows),
        )
        both = came.left_join(rows, [came.project_id == rows.roster_project, came.worker_id == rows.roster_worker])
        both = both.filter(both.role.isnull() | (both.role != MANAGER))
        bare = ~both.signed.fill_null(False)
        return both.group_by("project_id").agg(
            attended=both.count(),
            without=_sum(ibis.ifelse(bare, 1, 0)),
            since=ibis.ifelse(bare, both.entered_on, ibis.null("date")).min(),
        )

    return keep(facts, f"unsigned:{days}", build)


def recent_workers(facts: Facts, days: int) -> Any:
    """Workers who attended in the last ``days`` days, today included: project_id, worker_id. Not kept."""
    wanted: dict[str, int] = {}
    for back in range(days):
        day = facts.as_of - timedelta(days=back)
        wanted[month_of(day)] = wanted.get(month_of(day), 0) | 1 << (day.day - 1)
    rows = facts.work_months.filter(facts.work_months.month.isin(list(wanted)))
    mask = rows.month.cases(*wanted.items(), else_=0)
    return rows.filter((rows.mask & mask) != 0).select("project_id", "worker_id").distinct()


def last_attendance(facts: Facts, look_back: int) -> Any:
    """The last day anyone attended, by project: project_id, last_on.

    Exact for this month and the one before; older than that, the end of the last month anyone came.
    """

    def build() -> Any:
        months = months_back(facts.as_of, look_back)
        near = facts.work_months.filter(facts.work_months.month.isin(months[-2:]))
        top = near.group_by("project_id", "month").agg(top=near["mask"].max())
        top = top.filter(top.top > 0)
        # The highest bit set is the last day: as many powers of two as are not above the mask.
        day = ibis.literal(0, "int64")
        for k in range(31):
            day = day + ibis.ifelse(top.top >= (1 << k), 1, 0)
        calendar = month_table(facts, look_back)
        top = top.mutate(day=day).inner_join(calendar.select("month", "first_on"), "month")
        exact = top.select("project_id", last_on=top.first_on + top.day.as_interval("D") - ibis.interval(days=1))
        older = project_months(facts, look_back).filter(lambda t: (t.attended > 0) & (t.month < months[-2]))
        older = older.inner_join(calendar.select("month", "last_on"), "month").select("project_id", "last_on")
        both = exact.union(older)
        return both.group_by("project_id").agg(last_on=both.last_on.max())

    return keep(facts, f"last_attendance:{look_back}", build)


def idle_workdays(facts: Facts, look_back: int) -> Any:
    """Working days after each day up to ``as_of``: day, idle. One row a day of the look-back."""

    def make() -> pa.Table:
        start = first_day(months_back(facts.as_of, look_back)[0])
        days = [start + timedelta(days=n) for n in range((facts.as_of - start).days + 1)]
        idle, count = [], 0
        for day in reversed(days):
            idle.append(count)
            count += workdays_between(day - timedelta(days=1), day)
        return pa.table({"day": pa.array(days, pa.date32()), "idle": pa.array(list(reversed(idle)), pa.int64())})

    return constant(facts, f"idle:{look_back}", make)
