"""What a site's gate, payroll clerk and bank send: the same columns whichever path they take into the ledger.

``worker`` in every table is the worker's place on the site's roster; amounts are fen.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from anxin.law.civil import shift_month
from anxin.simulate.site import BANK, FAILED, NEVER, OFFLINE, Site, Span

_EPOCH = date(1970, 1, 1).toordinal()
REASONS = ("账号户名不符", "卡状态异常", "账户已销户")


@dataclass(frozen=True)
class SwipeColumns:
    worker: np.ndarray
    passed_at: np.ndarray  # datetime64[s], civil time
    direction: np.ndarray  # "in" or "out"


@dataclass(frozen=True)
class Line:
    """One line of a wage sheet."""

    worker: int
    month: str
    sheet: str
    days: int
    due_fen: int
    paid_fen: int
    back_pay: bool
    paid_on: date | None


@dataclass(frozen=True)
class Payout:
    """One payout as the bank (or, off the platform, the contractor) reports it."""

    worker: int
    month: str
    reference: str
    amount_fen: int
    status: str
    reason: str
    paid_on: date
    route: str


@dataclass(frozen=True)
class Movement:
    """One booking on the wage account."""

    reference: str
    booked_on: date
    direction: str
    kind: str
    amount_fen: int
    balance_fen: int
    counterparty: str


def swipes(site: Site, time: Span, k: int, seed: int, a_day: int = 2) -> SwipeColumns:
    """Passes of the gate in month ``k``: in the morning and, with ``a_day`` 2, out in the evening."""
    rng = np.random.default_rng([seed, site.index, 1000 + k])
    shifts = np.arange(31, dtype=np.uint32)
    worker, day = np.nonzero((site.mask[:, k, None] >> shifts) & 1)
    start = np.datetime64(int(time.first[k]) - _EPOCH, "D").astype("datetime64[s]")
    morning = start + day * 86_400 + rng.integers(6 * 3600 + 600, 8 * 3600, len(worker))
    if a_day == 1:
        return SwipeColumns(worker, morning, np.full(len(worker), "in"))
    evening = start + day * 86_400 + rng.integers(17 * 3600 + 600, 19 * 3600, len(worker))
    return SwipeColumns(
        np.repeat(worker, 2),
        np.stack([morning, evening], axis=1).ravel(),
        np.tile(np.array(["in", "out"]), len(worker)),
    )


def sheet_lines(site: Site, time: Span, k: int) -> list[Line]:
    """The wage sheet of month ``k``, and lines that make good what was left out of it."""
    lines = []
    days = np.bitwise_count(site.mask[:, k])
    written = np.flatnonzero(site.sheet[:, k] | np.isin(site.how[:, k], (BANK, FAILED, OFFLINE)))
    for i in written:
        on = int(site.paid_on[i, k])
        lines.append(
            Line(
                worker=int(i),
                month=time.months[k],
                sheet=f"S{time.months[k]}",
                days=int(days[i]),
                due_fen=int(site.due_fen[i, k]),
                paid_fen=int(site.paid_fen[i, k]) if site.how[i, k] != FAILED else 0,
                back_pay=False,
                paid_on=date.fromordinal(on) if on != NEVER and site.how[i, k] != FAILED else None,
            )
        )
    for extra in site.extras:
        if extra.month == k and site.how[extra.worker, k] != FAILED:
            lines.append(
                Line(
                    worker=extra.worker,
                    month=time.months[k],
                    sheet=f"B{time.months[k]}",
                    days=int(days[extra.worker]),
                    due_fen=extra.amount_fen,
                    paid_fen=extra.amount_fen,
                    back_pay=True,
                    paid_on=date.fromordinal(extra.on),
                )
            )
    return lines


def payouts(site: Site, time: Span, k: int) -> list[Payout]:
    """Payouts of the wages of month ``k``, whenever they were made."""
    month = time.months[k]
    found = []
    # Cash leaves no trace but the sheet: off the platform no payout is reported.
    for i in np.flatnonzero(np.isin(site.how[:, k], (BANK, FAILED))):
        how, on = int(site.how[i, k]), date.fromordinal(int(site.paid_on[i, k]))
        found.append(
            Payout(
                worker=int(i),
                month=month,
                reference=f"{month.replace('-', '')}{i:05d}",
                amount_fen=int(site.due_fen[i, k]) if how == FAILED else int(site.paid_fen[i, k]),
                status="failed" if how == FAILED else "paid",
                reason=REASONS[i % len(REASONS)] if how == FAILED else "",
                paid_on=on,
                route="account",
            )
        )
    for extra in site.extras:
        if extra.month == k:
            found.append(
                Payout(
                    worker=extra.worker,
                    month=month,
                    reference=f"{month.replace('-', '')}{extra.worker:05d}R",
                    amount_fen=extra.amount_fen,
                    status="paid",
                    reason="",
                    paid_on=date.fromordinal(extra.on),
                    route="account",
                )
            )
    return found


def movements(site: Site, time: Span) -> list[Movement]:
    """Everything that was booked on the wage account, with the balance after each booking."""
    if site.account is None:
        return []
    booked: list[tuple[date, int, str, str, str, int, str]] = []  # order within a day: money in first
    out: dict[date, int] = {}
    need: dict[int, int] = {}
    for k in range(time.count):
        for payout in payouts(site, time, k):
            if payout.status == "paid" and payout.route == "account":
                out[payout.paid_on] = out.get(payout.paid_on, 0) + payout.amount_fen
        need[k] = int(site.due_fen[:, k].sum())
    for day, amount in out.items():
        booked.append((day, 2, f"P{day:%Y%m%d}", "debit", "payout", amount, ""))
    for k, amount in need.items():
        # Within the first week of the next month, and before the pay-day: the cycle is at most a month.
        week = time.month_start(k, 1) + 6
        day = date.fromordinal(min(time.deadline(k, site.pay_day) - 3, week))
        opened = max(site.account.uploaded, time.begin)
        if not amount or not opened <= day.toordinal() <= time.until:
            continue
        kind = "other" if k in site.fee_missing else "labour_fee"
        party = "总包自有资金" if k in site.fee_missing else "建设单位"
        padded = -(-amount * 11 // 10 // 100_000) * 100_000  # a round sum a little above the wages
        booked.append((day, 0, f"F{shift_month(time.months[k], 1)}", "credit", kind, padded, party))
    for n, other in enumerate(site.bookings):
        booked.append(
            (date.fromordinal(other.on), 3, f"X{n}", other.direction, other.kind, other.amount_fen, other.counterparty)
        )
    for k in range(time.count):  # the bank tells the balance every month, whether money moved or not
        day = date.fromordinal(int(time.first[k]) + 27)
        if max(site.account.uploaded, time.begin) <= day.toordinal() <= time.until:
            booked.append((day, 4, f"B{day:%Y%m%d}", "credit", "balance", 0, ""))
    if booked:  # the account holds enough on its first day that it is never overdrawn
        booked.append(_opening(booked))
    rows, balance = [], 0
    for day, _, reference, direction, kind, amount, party in sorted(booked):
        balance += amount if direction == "credit" else -amount
        rows.append(Movement(reference, day, direction, kind, amount, balance, party))
    return rows


def _opening(
    booked: list[tuple[date, int, str, str, str, int, str]],
) -> tuple[date, int, str, str, str, int, str]:
    balance = lowest = 0
    for _, _, _, direction, _, amount, _ in sorted(booked):
        balance += amount if direction == "credit" else -amount
        lowest = min(lowest, balance)
    return min(booked)[0] - timedelta(days=1), 0, "OPEN", "credit", "return", 100_000 - lowest, "期初余额"


def moment(value: np.datetime64) -> datetime:
    """A naive moment in civil time."""
    found = value.astype("datetime64[s]").item()
    assert isinstance(found, datetime)
    return found
