"""The wage account and the deposit."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from anxin.simulate.expect.view import FOREVER, Expected, View, oracle, steps
from anxin.simulate.expect.wages import got_of, last_judged
from anxin.simulate.site import BANK, FAILED, NEVER, OFFLINE


def account_here(view: View) -> int:
    return view.site.account.uploaded if view.site.account else FOREVER


@oracle
def account_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    yield Expected("", view.site.started + int(least) - 1, account_here(view))


@oracle
def agreement_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    if view.site.account and view.site.account.agreement == NEVER:
        yield Expected("", view.site.account.uploaded + int(least), FOREVER)


@oracle
def account_unverified(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    here = account_here(view)
    if view.site.account and view.site.account.verified == "no":
        yield Expected("", min(view.site.started, here) + int(least) - 1, FOREVER)
    else:
        yield Expected("", view.site.started + int(least) - 1, here)


@oracle
def account_diverted(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for k in range(view.time.count):
        first, last = int(view.time.first[k]), int(view.time.last[k])
        gone = [b for b in view.site.bookings if first <= b.on <= last and b.direction == "debit" and b.kind == "other"]
        if gone and sum(b.amount_fen for b in gone) / 100 >= least:
            yield Expected("", min(b.on for b in gone), FOREVER, month=k)


@oracle
def account_idle(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    time = view.time
    flows: list[tuple[int, int]] = []  # day it became known, month it counts for
    side, kind = ("credit", "labour_fee") if p["flow"] == "inflow" else ("debit", "payout")
    for day, direction, what, _ in view.booked:
        if (direction, what) == (side, kind):
            flows.append((day, int(np.searchsorted(time.first, day, side="right")) - 1))
    if p["flow"] == "payout":
        for k, on in enumerate(view.by_bank):
            if len(on) and int(on.min()) < FOREVER:
                flows.append((int(on.min()), k))
    months = [k for k in range(time.count) if len(view.attended[k])]
    ready = {k: int(time.month_start(k, 1)) + int(p["grace"]) for k in months}
    marks = sorted({*ready.values(), *(day for day, _ in flows)})
    yield from steps(
        [mark for mark in marks if mark <= time.until],
        lambda day: (
            sum(ready[k] <= day and k > max((m for on, m in flows if on <= day), default=-1) for k in months) >= least
        ),
    )


@oracle
def account_abnormal(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    def odd(k: int, day: int) -> bool:
        came, on, site = view.attended[k], view.by_anyone[k], view.site
        unpaid = bool((on[came] > day).any())
        stayed = np.setdiff1d(np.arange(site.workers), came)
        short = (on <= day) & (got_of(view, k) < site.due_fen[:, k])
        payroll = bool((on[stayed] <= day).any()) or bool(short.any())
        owed = np.where(on <= day, np.minimum(got_of(view, k), site.due_fen[:, k]), 0)
        known = (view.sheet_on[:, k] <= day) & ~_only_made_good(view, k)
        open_fen = int(np.where(known, site.due_fen[:, k] - owed, 0).sum())
        told = [balance for on_day, _, _, balance in view.booked if on_day <= day]
        low = bool(told) and site.account is not None and told[-1] * 100 < open_fen * p["cover"]
        return unpaid + payroll + low >= least

    yield from last_judged(view, p, odd)


def _only_made_good(view: View, k: int) -> np.ndarray:
    """Workers whom no sheet of the month named, only one that made good: nothing is due by the month's sheet."""
    site = view.site
    return np.asarray(~(site.sheet[:, k] | np.isin(site.how[:, k], (BANK, FAILED, OFFLINE))))


def deposit_gaps(view: View) -> list[tuple[int, int]]:
    """Spells in which no deposit held, after the first one had."""
    held = sorted((d.valid_from, d.valid_to + 1 if d.form != "cash" else FOREVER) for d in view.site.deposits)
    gaps, covered = [], held[0][1] if held else FOREVER
    for first, last in held[1:]:
        if first > covered:
            gaps.append((covered, first))
        covered = max(covered, last)
    return [*gaps, (covered, FOREVER)] if held and covered < FOREVER else gaps


@oracle
def deposit_missing(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    if not view.site.deposits:
        yield Expected("", view.site.started + int(least) - 1, FOREVER)


@oracle
def deposit_expired(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for first, last in deposit_gaps(view):
        yield Expected("", first + int(least) - 1, last)


@oracle
def deposit_expiring(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    for first, _ in deposit_gaps(view):
        yield Expected("", first - 1 - int(p["days"]), first - int(least))


@oracle
def deposit_invalid(view: View, p: dict[str, Any], least: float) -> Iterator[Expected]:
    yield from deposit_missing(view, p, least)
    yield from deposit_expired(view, p, least)
