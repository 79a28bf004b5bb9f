"""The ways to the money as the people of a claim read them: where each stands, what comes next and by when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from anxin.cases.models import Claim
from anxin.law.civil import civil_date
from anxin.remedies.models import DrawState, Instalment
from anxin.remedies.promised import tracks_about
from anxin.remedies.sources import draws_about
from anxin.remedies.ways import kinds

_DRAWS: Mapping[str, tuple[str, str]] = {
    DrawState.ASKED: ("已申请先行垫付，等审批", "It was asked to be paid first; approval is awaited"),
    DrawState.APPROVED: ("垫付已批准，正在准备发放", "Approved; the payment is being prepared"),
    DrawState.PAYING: ("垫付的钱正在发放，请留意银行卡", "The money is being paid out; watch your account"),
    DrawState.PAID: ("垫付的钱已经发放", "The money was paid out"),
}


@dataclass(frozen=True)
class PlainTrack:
    """One way in plain words. ``next_on``: the day by which the next thing is to happen, ``next_what`` what; ``mine``:
    it is the worker himself who must act by then. ``hearing_at``: a moment to come to."""

    title: Mapping[str, str]
    text: Mapping[str, str]
    since: date
    ended: bool
    next_on: date | None = None
    next_what: Mapping[str, str] | None = None
    mine: bool = False
    hearing_at: datetime | None = None
    parts: tuple[tuple[date, int, str], ...] = ()


def tracks_for_claim(claim: Claim) -> list[PlainTrack]:
    """The ways of a claim's case, in the order they began, with advances of money last. Names nobody."""
    case = claim.case if claim.case.merged_into is None else claim.case.merged_into
    found = []
    for track in tracks_about(case):
        kind = kinds()[track.kind]
        state = kind.states[track.state]
        clock = track.clocks.filter(done_at=None).order_by("due_at").first()
        data = next((one for one in kind.clocks if clock is not None and one.step == clock.step), None)
        form = kind.forms.get(track.form)
        title = {
            "zh": kind.title["zh"] + (f"：{form['zh']}" if form else ""),
            "en": kind.title["en"] + (f": {form['en']}" if form else ""),
        }
        found.append(
            PlainTrack(
                title, state.plain, civil_date(track.started_at), track.ended_at is not None,
                civil_date(clock.due_at) if clock is not None else None, data.title if data is not None else None,
                data is not None and data.whose == "worker", None if track.ended_at else track.hearing_at,
                tuple((row.due_on, row.amount_fen, _standing(row)) for row in track.instalments.order_by("turn")),
            )
        )  # fmt: skip
    for draw in draws_about(case).filter(state__in=_DRAWS).order_by("asked_at", "pk"):
        zh, en = _DRAWS[draw.state]
        found.append(
            PlainTrack({"zh": "先行垫付", "en": "Paid first"}, {"zh": zh, "en": en}, civil_date(draw.asked_at),
                       draw.ended_at is not None)
        )  # fmt: skip
    return found


def _standing(row: Instalment) -> str:
    return "paid" if row.paid_at is not None else "broken" if row.broken_at is not None else "waiting"
