"""Sealing: moving the inbox into Delta and keeping the rollups, exactly once, whatever dies in between.

1. In one database transaction every waiting batch (and every engagement changed since) gets the next seal number.
2. Each Delta table that holds a lower number gets that seal's rows in one commit that carries the number.
3. The seal is marked done and its projects are marked for the sweep.

A seal that was begun and not finished is finished first: step 2 skips the tables that have it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Max, Sum

from anxin.law.civil import civil_date
from anxin.ledger import tables
from anxin.ledger.engine import query
from anxin.ledger.inbox import read_payload
from anxin.ledger.locks import only_one
from anxin.ledger.losses import refuse_when_all_is_gone
from anxin.ledger.models import Batch, Seal
from anxin.ledger.schema import ENGAGEMENTS, FACT_TABLES
from anxin.registry.models import Engagement, Touch

# Rows one seal takes at most, so that a flood is sealed in bounded memory.
MAX_ROWS = 5_000_000
_IDS_A_QUERY = 5_000


@dataclass(frozen=True)
class SealReport:
    """What a call of ``seal`` did: seals finished, batches and fact rows moved, engagements mirrored."""

    seals: int
    batches: int
    rows: int
    engagements: int


def seal(*, at: datetime) -> SealReport:
    """Seal everything that waits now; what arrives meanwhile is left for the next call, so that a flood does not keep
    the lock from others. Does nothing while another process is sealing. Raises ``LedgerLost`` when rows were sealed and
    no table is there: rows must not go into an empty folder that stands where the ledger's disk should be."""
    seals = batches = rows = engagements = 0
    with only_one("ledger") as mine:
        newest = Batch.objects.aggregate(newest=Max("id"))["newest"] or 0
        mirror = True
        if mine:
            refuse_when_all_is_gone()
        while mine:
            current = _unfinished()
            if current is None:
                current, mirror = _begin(at, newest, mirror), False
            if current is None:
                break
            engagements += _carry_out(current, at)
            seals += 1
            batches += current.batches
            rows += current.rows
    return SealReport(seals, batches, rows, engagements)


def _unfinished() -> Seal | None:
    return Seal.objects.filter(done_at=None).order_by("number").first()


def _begin(at: datetime, newest: int, mirror: bool) -> Seal | None:
    with transaction.atomic():
        ids: list[int] = []
        taken = 0
        waiting = Batch.objects.filter(seal=None, id__lte=newest).order_by("id")
        for pk, count in waiting.values_list("id", "rows").iterator():
            ids.append(pk)
            taken += count
            if taken >= MAX_ROWS:
                break
        changed = mirror and Engagement.objects.filter(mirrored=None).exists()
        if not ids and not changed:
            return None
        last = Seal.objects.order_by("-number").first()
        number = last.number + 1 if last else 1
        # The waiting batches up to the last one seen; those that commit later with a lower id stay for the next seal
        # only if they were not listed, so the ids are named rather than a range.
        for start in range(0, len(ids), _IDS_A_QUERY):
            Batch.objects.filter(id__in=ids[start : start + _IDS_A_QUERY], seal=None).update(seal=number)
        if changed:
            Engagement.objects.filter(mirrored=None).update(mirrored=number)
        taken_in = Batch.objects.filter(seal=number).aggregate(rows=Sum("rows"), newest=Max("arrived_at"))
        arrivals = {last.newest_arrival if last else None, taken_in["newest"]} - {None}
        return Seal.objects.create(
            number=number,
            begun_at=at,
            newest_arrival=max(arrivals, default=None),
            batches=len(ids),
            rows=taken_in["rows"] or 0,
        )


def _carry_out(current: Seal, at: datetime) -> int:
    number = current.number
    touched: set[int] = set()
    arrived = {name: _rows_of(name, number) for name in FACT_TABLES}
    for name, rows in arrived.items():
        if rows is not None and name != "swipes":
            touched.update(rows.column("project_id").unique().to_pylist())
    old_months = _payment_months_before(arrived["payments"]) if arrived["payments"] is not None else None
    for name, rows in arrived.items():
        if rows is not None and tables.sealed_up_to(name) < number:
            tables.write(name, rows, seal=number, append=True)
    if arrived["swipes"] is not None:
        touched.update(_roll_up_work(arrived["swipes"], number))
    if (arrived["payroll"] is not None or arrived["payments"] is not None) and (
        tables.sealed_up_to("pay_months") < number
    ):
        _roll_up_pay([arrived["payroll"], arrived["payments"], old_months], number)
    mirrored = _mirror_engagements(number)
    with transaction.atomic():
        Touch.objects.bulk_create([Touch(project_id=p, arrived_at=at) for p in sorted(touched)], batch_size=1000)
        current.done_at = at
        current.save(update_fields=["done_at"])
    return mirrored


def _rows_of(name: str, number: int) -> pa.Table | None:
    """The rows of a seal, the last version of each natural key, in the table's sort order, with ``rev``."""
    table = FACT_TABLES[name]
    payloads = Batch.objects.filter(seal=number, table=name).order_by("id").values_list("payload", flat=True)
    parts = [read_payload(p) for p in payloads.iterator(chunk_size=2000)]
    if not parts:
        return None
    rows = pa.concat_tables(parts).combine_chunks()
    # Room for 2^32 rows a seal; a later seal always ranks above an earlier one.
    first = number << 32
    rows = rows.append_column("rev", pa.array(range(first, first + rows.num_rows), pa.int64()))
    key = ", ".join(table.key)
    order = ", ".join(k for k in ("project_id", "worker_id", *table.key) if k in table.schema.names)
    return query(
        f"SELECT * FROM arrived QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rev DESC) = 1 ORDER BY {order}",
        arrived=rows,
    )


def _roll_up_work(swipes: pa.Table, number: int) -> list[int]:
    """Set the days of these swipes in their worker-months; answers the projects whose days this changed.

    From a morning's first swipe on, most say nothing new: their month is not written again and, since the rules read
    days and not swipes, their project need not be judged again.
    """
    if tables.sealed_up_to("work_months") >= number:  # written before a crash, which may have lost the touches
        return list(swipes.column("project_id").unique().to_pylist())
    fresh = query(
        """
        SELECT project_id, worker_id, month, bit_or(1::BIGINT << (day(passed_at) - 1)::INTEGER) AS mask
        FROM arrived GROUP BY ALL
        """,
        arrived=swipes,
    )
    told = fresh.column("month").unique().to_pylist()
    news = query(
        f"""
        SELECT DISTINCT project_id, month FROM fresh LEFT JOIN {tables.scan("work_months", told)} AS old
            USING (project_id, worker_id, month)
        WHERE coalesce(old.mask, 0) | fresh.mask <> coalesce(old.mask, 0)
        """,
        fresh=fresh,
    )
    found = news.column("month").unique().to_pylist()
    if not found:
        return []
    rows = query(
        f"""
        WITH masks AS (
            SELECT * FROM fresh WHERE month IN ({", ".join(f"'{month}'" for month in found)})
            UNION ALL
            SELECT project_id, worker_id, month, mask FROM {tables.scan("work_months", found)}
        ), merged AS (
            SELECT project_id, worker_id, month, bit_or(mask) AS mask FROM masks GROUP BY ALL
        )
        SELECT project_id, worker_id, month, mask, bit_count(mask)::BIGINT AS days
        FROM merged ORDER BY month, project_id, worker_id
        """,
        fresh=fresh,
    )
    tables.write("work_months", rows, seal=number, months=found)
    return list(news.column("project_id").unique().to_pylist())


def _payment_months_before(payments: pa.Table) -> pa.Table | None:
    """Worker-months that earlier versions of these payments counted for: a correction may move the month."""
    rows = query(
        f"""
        SELECT DISTINCT old.project_id, old.worker_id, old.month FROM {tables.scan("payments")} AS old
        JOIN arrived ON old.project_id = arrived.project_id AND old.reference = arrived.reference
            AND old.account_id IS NOT DISTINCT FROM arrived.account_id
        """,
        arrived=payments,
    )
    return rows if rows.num_rows else None


PAY_MONTHS_SQL = """
    WITH sheet AS (
        SELECT project_id, worker_id, month, count(*) AS lines,
               sum(CASE WHEN back_pay THEN 0 ELSE due_fen END) AS due_fen,
               sum(CASE WHEN {sheet_known} THEN paid_fen ELSE 0 END) AS sheet_paid_fen,
               min(CASE WHEN paid_fen > 0 AND {sheet_known} THEN paid_on END) AS first_on,
               arg_max(card_token, coalesce(paid_on, DATE '1900-01-01')) AS card
        FROM {payroll} GROUP BY ALL
    ), bank AS (
        SELECT project_id, worker_id, month,
               sum(CASE WHEN status = 'paid' THEN amount_fen ELSE 0 END) AS bank_paid_fen,
               sum(CASE WHEN status = 'paid' THEN 0 ELSE amount_fen END) AS bank_failed_fen,
               min(CASE WHEN status = 'paid' THEN paid_on END) AS first_on,
               arg_max(card_token, paid_on) AS card
        FROM {payments} GROUP BY ALL
    )
    SELECT project_id, worker_id, month,
           coalesce(lines, 0)::BIGINT AS lines,
           coalesce(due_fen, 0)::BIGINT AS due_fen,
           coalesce(sheet_paid_fen, 0)::BIGINT AS sheet_paid_fen,
           coalesce(bank_paid_fen, 0)::BIGINT AS bank_paid_fen,
           coalesce(bank_failed_fen, 0)::BIGINT AS bank_failed_fen,
           (CASE WHEN bank.worker_id IS NULL THEN coalesce(sheet_paid_fen, 0) ELSE bank_paid_fen END)::BIGINT
               AS paid_fen,
           CASE WHEN bank.worker_id IS NULL THEN sheet.first_on ELSE bank.first_on END AS first_paid_on,
           coalesce(bank.card, sheet.card) AS card_token
    FROM sheet FULL JOIN bank USING (project_id, worker_id, month)
"""


def _roll_up_pay(arrived: list[pa.Table | None], number: int) -> None:
    keys = pa.concat_tables([rows.select(["project_id", "worker_id", "month"]) for rows in arrived if rows is not None])
    found = keys.column("month").unique().to_pylist()
    hit = "(project_id, worker_id, month) IN (SELECT (project_id, worker_id, month) FROM changed)"
    # A payment's newest version may name another month, so versions are compared over all months.
    of_projects = tables.current("payments", where="project_id IN (SELECT project_id FROM changed)")
    fresh = PAY_MONTHS_SQL.format(
        payroll=tables.current("payroll", found, hit),
        payments=f"(SELECT * FROM {of_projects} WHERE {hit})",
        sheet_known="true",
    )
    rows = query(
        f"""
        SELECT * FROM ({fresh})
        UNION ALL BY NAME
        SELECT old.* FROM {tables.scan("pay_months", found)} AS old
        ANTI JOIN changed USING (project_id, worker_id, month)
        ORDER BY month, project_id, worker_id
        """,
        changed=keys.group_by(["project_id", "worker_id", "month"]).aggregate([]),
    )
    tables.write("pay_months", rows, seal=number, months=found)


_ENGAGEMENT_FIELDS = (
    "project_id", "worker_id", "enterprise_id", "team__number", "role", "entered_on", "left_on",
    "contract_from", "contract_until", "settled_on", "confirmed_on", "card_token",
)  # fmt: skip


def _mirror_engagements(number: int) -> int:
    """Copy changed engagements into the ledger's mirror, which the rules read."""
    changed = Engagement.objects.filter(mirrored=number)
    count = changed.count()
    if not count or tables.sealed_up_to("engagements") >= number:
        return count
    columns: dict[str, list[Any]] = {name: [] for name in ENGAGEMENTS.names}
    for row in changed.values_list(*_ENGAGEMENT_FIELDS).iterator(chunk_size=20_000):
        for name, value in zip(ENGAGEMENTS.names, row, strict=True):
            columns[name].append(value)
    fresh = pa.table(columns, schema=ENGAGEMENTS)
    rows = query(
        f"""
        SELECT * FROM fresh UNION ALL BY NAME
        SELECT old.* FROM {tables.scan("engagements")} AS old ANTI JOIN fresh USING (project_id, worker_id)
        ORDER BY project_id, worker_id
        """,
        fresh=fresh,
    )
    tables.write("engagements", rows, seal=number)
    return count


def last_sealed_day() -> date | None:
    """Civil day on which the newest sealed batch arrived, None for an empty ledger."""
    last = Seal.objects.order_by("-number").first()
    return civil_date(last.newest_arrival) if last and last.newest_arrival else None
