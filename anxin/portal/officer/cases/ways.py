"""Ways to the money on the page of a case: the strip mediation → arbitration → court, time limits, backstops, draws."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anxin.cases.models import Case
from anxin.cases.names import shown_names
from anxin.cases.numbers import shown
from anxin.law.civil import civil_date
from anxin.people.models import Organisation, User
from anxin.portal.officer.cases import ways_words as words
from anxin.portal.officer.cases.parts import handles
from anxin.portal.officer.handling_words import period, person, till
from anxin.portal.ui.tags import in_english
from anxin.registry.models import Deposit
from anxin.registry.regions import nearest_first
from anxin.remedies.backstops import Offer, plan
from anxin.remedies.kinds import kinds as paper_kinds
from anxin.remedies.models import Draw, Fund, Pledge, Track
from anxin.remedies.particulars import FIELDS, particulars_of, standing
from anxin.remedies.police import order_passed, proposal
from anxin.remedies.promised import PROMISES, next_ways, tracks_about
from anxin.remedies.sources import draws_about
from anxin.remedies.time_limits import limits
from anxin.remedies.tracks import grounds_of
from anxin.remedies.ways import TrackKind, kinds, many, stages


def in_words(pair: Mapping[str, str]) -> str:
    """A title of the data in the page's language."""
    return pair["en" if in_english() else "zh"]


def ways_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """Tracks by stage, time limits, the particulars and what may be begun. Nothing before a case is accepted."""
    rows = tracks_about(case)
    prefetch_related_objects(rows, "clocks", "instalments", "steps__by", "case")
    if not rows and case.state in ("received", "dispatched", "supplement", "refused"):
        return None
    inside = handles(case, user)
    told = [
        track_view(track, at, inside=inside and case.ended_at is None and track.case_id == case.pk)
        | {"before": shown(track.case.number) if track.case_id != case.pk else ""}
        for track in rows
    ]
    columns = [
        {"key": key, "title": in_words(title), "tracks": [one for one in told if one["stage"] == key]}
        for key, title in stages().items()
    ]
    people = standing(case)
    found = [_limit(one) for one in limits(case, as_of=civil_date(at))]
    part: dict[str, Any] = {
        "strip": columns[:3],
        "beside": columns[3],
        "limits": found,
        "near": any(one["near"] for one in found),
        "inside": inside,
        "open": case.ended_at is None,
        "many": len(people) >= many().workers,
        "least": many().least,
        "most": many().most,
    }
    if not inside or case.ended_at is not None:
        return part
    names = shown_names(people)
    running = {track.kind for track in rows if track.ended_at is None}
    crime = proposal(case, at=at)
    unpaid = _unpaid(case, rows, at)
    return part | {
        "unpaid": [
            (
                f"{kind.key}/{form}" if form else kind.key,
                in_words(kind.title),
                in_words(kind.forms[form]) if form in kind.forms else "",
            )
            for kind, form in unpaid
        ],
        "kinds": [
            _offer_kind(case, kind)
            for key, kind in kinds().items()
            if key not in running and _may_offer(case, kind, crime)
        ],
        "people": [{"pk": one.pk, "name": names[one.pk], "speaks": one.representative} for one in people],
        "organisations": _organisations(case),
        "particulars": _particulars(case),
        "police": crime if order_passed(case, at=at) or crime.reached == "yes" else None,
    }


def _unpaid(case: Case, rows: list[Track], at: datetime) -> list[tuple[TrackKind, str]]:
    """What is open now that a promise was not kept; nothing while it still may be."""
    if case.state != "overdue":
        return []
    found = [track for track in rows if (track.kind, track.state) in PROMISES]
    return next_ways(found[-1], on=civil_date(at)) if found else []


def _may_offer(case: Case, kind: TrackKind, crime: Any) -> bool:
    if kind.key == "police":
        return bool(crime.may_transfer)
    return not kind.grounds or case.state in kind.grounds_case or grounds_of(case, kind, "") is not None


def _offer_kind(case: Case, kind: TrackKind) -> dict[str, Any]:
    forms = [
        (key, in_words(title))
        for key, title in kind.forms.items()
        if not kind.form_grounds.get(key) or grounds_of(case, kind, key) is not None
    ]
    return {"key": kind.key, "title": in_words(kind.title), "forms": forms, "papers": papers_of(kind.papers)}


def papers_of(keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """The papers a way asks for, by key and title."""
    known = paper_kinds()
    return [(key, in_words(known[key].title)) for key in keys if key in known]


def _organisations(case: Case) -> list[Organisation]:
    places = nearest_first(case.region_code)
    rows = Organisation.objects.filter(active=True, region_code__in=places).exclude(kind__in=("bank", "enterprise"))
    return list(rows.order_by("kind", "-region_code"))


def _particulars(case: Case) -> dict[str, Any]:
    told = particulars_of(case)
    return {
        "fields": [
            {"key": key, "title": words.PARTICULARS[key], "value": told.fields[key], "typed": key in told.typed,
             "long": limit > 200, "limit": limit}
            for key, limit in FIELDS.items()
        ],
        "people": told.people,
        "wages_fen": told.wages_fen,
        "typed": bool(told.typed),
    }  # fmt: skip


def _limit(one: Any) -> dict[str, Any]:
    return {
        "title": in_words(one.title), "article": in_words(one.article), "on": one.on, "people": one.people,
        "days": one.days, "near": one.near, "over": one.days is not None and one.days < 0,
        "why": one.why_en if in_english() else one.why_zh, "unverified": one.unverified,
    }  # fmt: skip


def track_view(track: Track, at: datetime, *, inside: bool) -> dict[str, Any]:
    """One track as pages show it, with its running clocks and the steps that are open to it."""
    kind = kinds()[track.kind]
    state = kind.states[track.state]
    known = {clock.step: clock for clock in kind.clocks}
    clocks = []
    for clock in sorted(track.clocks.all(), key=lambda one: one.due_at):
        data = known.get(clock.step)
        if clock.done_at is not None or data is None:
            continue
        left, tone = till(clock.due_at, at)
        clocks.append(
            {"row": clock, "title": in_words(data.title), "left": left, "tone": tone, "article": in_words(data.article),
             "period": period(clock.within), "whose": words.WHOSE[clock.whose], "unverified": data.unverified,
             "limit": data.limit, "extends": period(data.extension) if data.extension and not clock.extended else ""}
        )  # fmt: skip
    return {
        "row": track,
        "stage": kind.stage,
        "title": in_words(kind.title),
        "form": in_words(kind.forms[track.form]) if track.form in kind.forms else "",
        "state": in_words(state.title),
        "tone": state.ending,
        "clocks": clocks,
        "next": [
            {"key": to, "title": in_words(kind.states[to].title), "sums": kind.states[to].sums,
             "hearing": kind.states[to].hearing}
            for to in state.next
        ] if inside else [],
        "sums": any(kind.states[to].sums for to in state.next),
        "hearing": any(kind.states[to].hearing for to in state.next),
        "hearing_notice": period(kind.hearing_notice) if kind.hearing_notice else "",
        "papers": papers_of(kind.papers),
        "instalments": [_instalment(row, at) for row in sorted(track.instalments.all(), key=lambda one: one.turn)],
        "steps": [
            {"on": step.on, "state": in_words(kind.states[step.state].title), "note": step.note, "who": person(step.by)}
            for step in sorted(track.steps.all(), key=lambda one: one.pk)
        ],
    }  # fmt: skip


def _instalment(row: Any, at: datetime) -> dict[str, Any]:
    if row.paid_at is not None:
        return {"row": row, "word": _("已付"), "tone": "good"}
    if row.broken_at is not None:
        return {"row": row, "word": _("逾期未付"), "tone": "bad"}
    days = (row.due_on - civil_date(at)).days
    left = ngettext("还有 %(n)s 天", "还有 %(n)s 天", days) % {"n": days} if days >= 0 else _("已到期")
    return {"row": row, "word": left, "tone": ""}


def backstops_part(case: Case, user: User, at: datetime) -> dict[str, Any] | None:
    """The plan in order, with what is uncovered said openly, and the draws of the case."""
    if case.state in ("received", "dispatched", "supplement", "refused") or case.matter not in _WAGES:
        return None
    inside = handles(case, user)
    sources = ("case", "fund", "deposit", "pledge", "asked_by")
    draws = list(draws_about(case).select_related(*sources).order_by("-asked_at", "-pk"))
    found = plan(case, at=at)
    if not found.owed_fen and not draws and not found.promised_fen:
        return None
    return {
        "plan": found,
        "offers": [_offer(one) for one in found.offers] if case.ended_at is None else [],
        "later": any(one.hindered_zh and one.available_fen != 0 for one in found.offers),
        "draws": [draw_view(one) for one in draws],
        "inside": inside and case.ended_at is None,
        "covered_fen": found.owed_fen - found.uncovered_fen,
    }


_WAGES = ("building_wages", "other_wages")


def _offer(one: Offer) -> dict[str, Any]:
    english = in_english()
    source = one.source
    return {
        "kind": one.kind.key, "title": in_words(one.kind.title), "name": one.title_en if english else one.title_zh,
        "article": in_words(one.kind.article), "available_fen": one.available_fen, "take_fen": one.take_fen,
        "people": len(one.lines), "hindered": one.hindered_en if english else one.hindered_zh,
        "bound": one.bound_en if english else one.bound_zh, "approver": in_words(one.kind.approver),
        "papers": papers_of(one.kind.papers), "besides": in_words(one.kind.besides), "pay": period(one.kind.pay),
        "unverified": one.kind.unverified, "ask": one.ask, "office": one.office,
        "answer": period(one.kind.answer) if one.kind.answer else "",
        "source": f"{source_key(source)}-{source.pk}" if source is not None else "",
        "valid_to": source.valid_to if isinstance(source, Deposit) else None,
    }  # fmt: skip


def source_key(source: Deposit | Fund | Pledge) -> str:
    """How a form names a source."""
    return "deposit" if isinstance(source, Deposit) else "fund" if isinstance(source, Fund) else "pledge"


def draw_view(draw: Draw) -> dict[str, Any]:
    """One draw as lists show it."""
    return {
        "row": draw,
        "title": words.BACKSTOPS[draw.kind],
        "name": _source_name(draw),
        "state": words.DRAWS[draw.state][0],
        "tone": words.DRAWS[draw.state][1],
        "who": person(draw.asked_by),
    }


def _source_name(draw: Draw) -> str:
    if draw.fund is not None:
        return draw.fund.name
    if draw.pledge is not None:
        return draw.pledge.payer
    return draw.deposit.issuer if draw.deposit is not None else ""
