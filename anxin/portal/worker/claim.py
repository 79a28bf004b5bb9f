"""Claim in four steps: where, how much, evidence, check and send. Each step is a form; nothing needs a script."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from anxin.cases import drafts
from anxin.cases.duplicates import others_at, own_earlier
from anxin.cases.models import Claimant, Draft, Matter
from anxin.cases.numbers import shown
from anxin.cases.prefill import Known, known_months
from anxin.law.civil import civil_date
from anxin.portal.officer.forms import Wrong
from anxin.portal.worker import claim_forms as forms
from anxin.portal.worker import claim_session
from anxin.portal.worker.access import open_page, phone_of, worker_of
from anxin.portal.worker.claim_files import take_files
from anxin.portal.worker.claim_make import told_of
from anxin.portal.worker.claim_words import month_sentence
from anxin.registry import regions
from anxin.registry.models import Engagement, Project, Worker

WHY = "a claim goes in without signing in; the form shows only what the same browser wrote"
BLANK_MEMBERS = 3


@open_page(WHY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """Begin: from a board's code (``?site=``), or afresh; an unfinished form is gone on with. POST begins again."""
    at = timezone.now()
    worker = worker_of(request)
    site = forms.site_of(request.GET.get("site", ""))
    draft = claim_session.draft_of(request, at=at)
    usable = draft is not None and draft.claim_id is None and draft.worker_id in (None, worker.pk if worker else None)
    if request.method == "POST" or not usable or draft is None:
        data: dict[str, Any] = {"matter": Matter.BUILDING_WAGES, "anonymous": True}
        if site is not None:
            data.update(_at_site(site))
        claim_session.keep_draft(request, drafts.begin(worker=worker, data=data, at=at))
    elif site is not None and drafts.read(draft).get("site") != site.code:
        drafts.write(draft, lambda data: data.update(_at_site(site)), at=at)
    return redirect("claim-step", step=1)


def _at_site(site: Project) -> dict[str, Any]:
    return {"site": site.code, "scanned": True, "region": site.region_code}


@open_page(WHY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, step: int) -> HttpResponse:
    """One of the four steps."""
    if step not in STEPS:
        raise Http404
    at = timezone.now()
    draft = claim_session.draft_of(request, at=at)
    if draft is None:
        return redirect("claim")
    if draft.claim_id is not None:
        return redirect("claim-done")
    worker = worker_of(request)
    if draft.worker_id is not None and (worker is None or worker.pk != draft.worker_id):
        # A form begun by somebody who has signed out is not the next person's to read.
        claim_session.drop_draft(request)
        return redirect("claim")
    data = drafts.read(draft)
    if not data.get("region") and step > 1:
        return redirect("claim-step", step=1)
    if "members" not in data and step > 2:
        return redirect("claim-step", step=2)
    show, take = STEPS[step]
    wrong = ""
    if request.method == "POST":
        try:
            after = take(request, draft, worker, at)
        except Wrong as found:
            wrong = str(found)
            data = drafts.read(draft)
        else:
            return after
    if worker is not None and "phone_typed" not in data:
        # He signed in with it: who would type it again gets no message when he does not.
        data["phone_typed"] = phone_of(request) or ""
    context = {"here": "claim", "step": step, "steps": range(1, 5), "data": data, "wrong": wrong, "worker": worker}
    context |= show(data, worker, civil_date(at))
    return render(request, f"worker/claim/step{step}.html", context, status=422 if wrong else 200)


def _keep(draft: Draft, at: datetime, read: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Keep what was typed even where it is wrong: nobody writes his words twice."""
    problem: list[Wrong] = []

    def change(data: dict[str, Any]) -> None:
        try:
            read(data)
        except Wrong as wrong:
            problem.append(wrong)

    data = drafts.write(draft, change, at=at)
    if problem:
        raise problem[0]
    return data


# Step 1


def _show_where(data: dict[str, Any], worker: Worker | None, today: date) -> dict[str, Any]:
    mine = Engagement.objects.filter(worker=worker).select_related("project").order_by("-entered_on", "-pk")[:6]
    province = data.get("province") or data.get("region", "")[:2].ljust(6, "0")
    table = regions.table()
    cities = [row for row in table.values() if row["parent"] == province]
    counties = [
        (city, [row for row in table.values() if row["parent"] == city["code"]]) for city in cities
    ] if province.strip("0") else []  # fmt: skip
    return {
        "sites": [one.project for one in mine] if worker else [],
        "site": forms.site_of(data.get("site", "")),
        "matters": Matter,
        "provinces": [row for row in table.values() if row["level"] == "1"],
        "province": province,
        "counties": counties,
    }


def _take_where(request: HttpRequest, draft: Draft, worker: Worker | None, at: datetime) -> HttpResponse:
    if request.POST.get("go") == "counties":
        # The province was chosen: show its counties, and say nothing of what is not filled in yet.
        with suppress(Wrong):
            _keep(draft, at, lambda data: forms.read_where(request.POST, data, signed_in=worker is not None))
        response = redirect("claim-step", step=1)
        response["Location"] += "#where"
        return response
    _keep(draft, at, lambda data: forms.read_where(request.POST, data, signed_in=worker is not None))
    return redirect("claim-step", step=2)


# Step 2


def _known(data: dict[str, Any], worker: Worker | None, today: date) -> Known:
    site = forms.site_of(data.get("site", ""))
    return known_months(worker=worker, project=site, as_of=today) if worker and site else Known()


def _show_sums(data: dict[str, Any], worker: Worker | None, today: date) -> dict[str, Any]:
    known = _known(data, worker, today)
    fresh = "lines" not in data and "raw" not in data
    raw = data.get("raw", {})
    rows = [
        {
            "month": one.month,
            "sentence": month_sentence(one),
            "ticked": one.open if fresh else one.month in data.get("ticked", []),
            "days": raw.get(f"d-{one.month}", "") if not fresh else one.days or "",
            "owed": raw.get(f"o-{one.month}", "") if not fresh else _yuan(one.owed_fen),
        }
        for one in known.months
    ]
    told = [row["month"] for row in rows]
    blank: list[dict[str, str]] = [{} for _place in range(BLANK_MEMBERS)] if data.get("group") else []
    return {
        "rows": rows,
        "others": [
            {"month": month, "ticked": month in data.get("others", [])}
            for month in forms.recent_months(today)
            if month not in told
        ],
        "rate": data.get("rate_typed") if "rate_typed" in data else _yuan(known.rate_fen),
        "members": [*data.get("members_typed", []), *blank],
    }


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen / 100:.2f}".removesuffix(".00")


def _take_sums(request: HttpRequest, draft: Draft, worker: Worker | None, at: datetime) -> HttpResponse:
    today = civil_date(at)
    known = [one.month for one in _known(drafts.read(draft), worker, today).months]
    more = request.POST.get("go") == "more"
    try:
        _keep(draft, at, lambda data: forms.read_sums(request.POST, data, known=known, today=today))
    except Wrong:
        if not more:
            raise
    if more:
        response = redirect("claim-step", step=2)
        response["Location"] += "#members"
        return response
    return redirect("claim-step", step=3)


# Step 3


def _show_files(data: dict[str, Any], worker: Worker | None, today: date) -> dict[str, Any]:
    return {"files": data.get("files", [])}


def _take_files(request: HttpRequest, draft: Draft, worker: Worker | None, at: datetime) -> HttpResponse:
    gone = request.POST.get("drop", "")
    text = request.POST.get("text", "").strip()[:4000]

    def words(data: dict[str, Any]) -> None:
        data["text"] = text
        data["files"] = [one for one in data.get("files", []) if one["digest"] != gone]

    drafts.write(draft, words, at=at)
    brought = take_files(request, before=lambda digests: drafts.hold(draft, digests))

    def add(data: dict[str, Any]) -> None:
        files = {one["digest"]: one for one in data.get("files", [])}
        files.update({one.digest: vars(one) for one in brought})
        if len(files) > claim_session.MOST_FILES:
            most = {"n": claim_session.MOST_FILES}
            raise Wrong(_("最多放 %(n)s 份材料，请先挑最重要的；交了以后还可以再补。") % most)
        data["files"] = list(files.values())

    _keep(draft, at, add)
    if gone or request.POST.get("go") == "upload" or (brought and request.POST.get("go") != "next"):
        return redirect("claim-step", step=3)
    return redirect("claim-step", step=4)


# Step 4


def _show_last(data: dict[str, Any], worker: Worker | None, today: date) -> dict[str, Any]:
    site = forms.site_of(data.get("site", ""))
    months = forms.months_of(data)
    earlier: list[Claimant] = []
    if worker is not None:
        earlier = own_earlier(worker=worker, project=site, employer=data.get("employer", ""), months=months)[:3]
    return {
        "site": site,
        "months": months,
        "sum_fen": forms.sum_of(data),
        "all_fen": forms.sum_of(data) + sum(one["fen"] for one in data.get("members", [])),
        "people": 1 + len(data.get("members", [])) if data.get("group") else 1,
        "unsaid": sum(not fen for fen in (forms.sum_of(data), *(one["fen"] for one in data.get("members", [])))),
        "earlier": [(row.claim, shown(row.claim.number), sorted(set(row.months) & set(months))) for row in earlier],
        "others": others_at(project=site, worker=worker) if site and worker else 0,
        "matter": dict(Matter.choices).get(data.get("matter", ""), ""),
        "hours": range(0, 25),
        "cost": {part: data.get(f"{part}_typed", "") for part in ("days_spent", "trips", "cost")},
    }


def _take_last(request: HttpRequest, draft: Draft, worker: Worker | None, at: datetime) -> HttpResponse:
    _keep(draft, at, lambda data: forms.read_last(request.POST, data))
    sent = drafts.send(draft, lambda data, key: told_of(data, key, worker=worker), at=at)
    claim_session.enter_own(request, sent.claim, at=at)
    return redirect("claim-done")


STEPS: dict[int, tuple[Callable[..., dict[str, Any]], Callable[..., HttpResponse]]] = {
    1: (_show_where, _take_where),
    2: (_show_sums, _take_sums),
    3: (_show_files, _take_files),
    4: (_show_last, _take_last),
}


@open_page("shows a claim's codes once, to the browser that sent it")
@never_cache
@require_http_methods(["GET", "HEAD"])
def done(request: HttpRequest) -> HttpResponse:
    """The number and the codes, big and printable; until they are written down, or half an hour has gone."""
    at = timezone.now()
    draft = claim_session.draft_of(request, at=at)
    if draft is None or draft.claim_id is None:
        return redirect("claim")
    sent = drafts.codes_of(draft, at=at)
    people = Claimant.objects.filter(claim=sent.claim, pk__in=sent.consent_codes).order_by("pk")
    slips = [claim_session.slip(one, sent.consent_codes[one.pk]) for one in people]
    context = {
        "here": "claim",
        "claim": sent.claim,
        "number": shown(sent.claim.number),
        "code": shown(sent.return_code),
        "slips": slips,
        "join": claim_session.join_address(request),
        "track": claim_session.track_address(request),
        "worker": worker_of(request),
    }
    return render(request, "worker/claim/done.html", context)


@open_page("ends what the same browser was shown")
@never_cache
@require_POST
def noted(request: HttpRequest) -> HttpResponse:
    """He has written his codes down: they are shown no more, and the progress comes up."""
    draft = claim_session.draft_of(request, at=timezone.now())
    claim_session.drop_draft(request)
    if draft is None or draft.claim is None:
        return redirect("claim-track")
    drafts.forget_codes(draft)
    return redirect("claim-progress", number=draft.claim.number)
