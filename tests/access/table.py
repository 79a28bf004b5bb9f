"""Who may open which address: one row a name. A new address without a row fails ``test_every_url``.

``rows`` of the same roles stand together. An address that names an object says which (``of``), so that the walk can
try the same object of another region. What strangers may open says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.access.world import MONTH, ROLES, Place

Names = Callable[[Place], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """``roles`` that are let in; ``of`` names the object; ``anywhere``: the object belongs to no region; ``why``
    strangers are let in; ``sends`` what a form must bring to get as far as the object."""

    roles: frozenset[str] = frozenset()
    of: Names | None = None
    anywhere: bool = False
    why: str = ""
    sends: Callable[[Place], dict[str, Any]] | None = None
    worker: bool = False


def to(roles: str, of: Names | None = None, **more: Any) -> Row:
    named = frozenset(roles.split())
    assert named <= set(ROLES)
    return Row(named, of, **more)


def opened(why: str, of: Names | None = None) -> Row:
    return Row(of=of, why=why)


def own(of: Names | None = None) -> Row:
    """A page of a signed-in worker; no role opens it."""
    return Row(of=of, worker=True)


def key(name: str) -> Names:
    return lambda place: {"pk": getattr(place, name).pk}


def file(name: str) -> Names:
    return lambda place: {"pk": getattr(place, name).pk, "digest": place.picture}


def in_project(**more: Any) -> Names:
    return lambda place: {"code": place.project.code, **more}


def numbered(**more: Any) -> Names:
    return lambda place: {"number": place.case.number, **more}


def in_case(name: str) -> Names:
    return lambda place: {"number": place.case.number, "pk": getattr(place, name).pk}


def worker(place: Place) -> dict[str, Any]:
    return {"code": place.project.code, "month": MONTH, "engagement": place.engagement.pk}


def worker_phone(place: Place) -> dict[str, Any]:
    return {**worker(place), "pk": place.phone.pk}


def in_engagement(place: Place) -> dict[str, Any]:
    return {"engagement": place.engagement.pk}


def in_my_month(place: Place) -> dict[str, Any]:
    return {"engagement": place.engagement.pk, "month": MONTH}


def in_month(place: Place) -> dict[str, Any]:
    return {"month": MONTH}


def discard(place: Place) -> dict[str, Any]:
    return {"decision": "discard"}


ALL = " ".join(ROLES)
READERS = "officer chief leader agency operator auditor"
HANDLERS = "officer chief"
SEERS = f"{READERS} clerk"
BRINGERS = "officer chief bank clerk operator"
DOOR = "a machine door: it asks for its sender's signature or token itself"
CLAIMING = "a claim goes in without signing in; a browser sees only what it wrote itself"
FOLLOWING = "opened by a code or the worker's sign-in, 404 for all others; wrong codes are counted and slowed"
SHELL = "a part of the worker's app that holds no data"
SIGNING_IN = "before somebody is known; it gives nothing away and counts tries"

TABLE: dict[str, Row] = {
    # Doors
    "open.api": opened(DOOR),
    "open.api/": opened(DOOR),
    "open.api/v1": opened(DOOR),
    "open.api/v1/": opened(DOOR),
    "cwr": opened(DOOR, lambda place: {"function": "login"}),
    "bulk:openapi-json": opened("the description of the bulk door, which holds no data"),
    "bulk:openapi-view": opened("the description of the bulk door, which holds no data"),
    "bulk:api-root": opened("the description of the bulk door, which holds no data"),
    "bulk:attendance": opened(DOOR),
    "bulk:payroll": opened(DOOR),
    "bulk:payments": opened(DOOR),
    "bulk:account_movements": opened(DOOR),
    "bulk:receipt": opened(DOOR, lambda place: {"serial": "1"}),
    "bulk:held": opened(DOOR),
    "board-public": opened("codes on boards printed earlier lead on from here", in_project()),
    # Workers
    "me": own(),
    "me-pay": own(),
    "me-site": own(in_engagement),
    "me-left": own(in_engagement),
    "me-month": own(in_my_month),
    "me-slip": own(in_my_month),
    "me-paid": own(in_my_month),
    "me-not-paid": own(in_my_month),
    "me-looks": own(),
    "me-pack": own(),
    "site-page": opened("the notice board hangs at the gate for everybody (Article 34)", in_project()),
    "me-sign-in": opened(SIGNING_IN),
    "me-who": opened(SIGNING_IN),
    "me-sign-out": opened("ends a worker's session, if there is one"),
    "me-phone-not-me": own(lambda place: {"pk": 1}),
    "me-manifest": opened(SHELL),
    "me-keeper": opened(SHELL),
    "me-offline": opened(SHELL),
    "me-icon": opened(SHELL),
    # Claiming and following
    "claim": opened(CLAIMING),
    "claim-step": opened(CLAIMING),
    "claim-done": opened("shows a claim's codes once, to the browser that sent it"),
    "claim-noted": opened(CLAIMING),
    "claim-draft-file": opened(CLAIMING),
    "claim-join": opened(FOLLOWING),
    "iou": opened("a blank form that keeps nothing"),
    "claim-track": opened(FOLLOWING),
    "claim-leave": opened("closes what codes opened in the same browser"),
    "claim-progress": opened(FOLLOWING),
    "claim-consent": opened(FOLLOWING),
    "claim-member": opened(FOLLOWING),
    "claim-file": opened(FOLLOWING),
    "claim-paper": opened(FOLLOWING),
    "claim-act": opened(FOLLOWING),
    "me-claims": own(),
    # Signing in
    "sign-in": opened(SIGNING_IN),
    "sign-in-code": opened(SIGNING_IN),
    "sign-in-enrol": opened(SIGNING_IN),
    "sign-in-enter": opened(SIGNING_IN),
    "sign-in-password": opened(SIGNING_IN),
    "sign-in-single": opened(SIGNING_IN),
    "sign-in-single-answer": opened(SIGNING_IN),
    "sign-out": opened("ends a session, if there is one"),
    "language": opened("the sign-in page speaks both languages"),
    # One's own
    "account": to(ALL),
    "account-password": to(ALL),
    "account-second-step": to(ALL),
    "account-second-step-codes": to(ALL),
    "account-second-step-remove": to(ALL),
    "account-sessions-end": to(ALL),
    "account-session-end": to(ALL, key("arrival")),
    "inbox": to(ALL),
    "inbox-read": to(ALL),
    "notice-preferences": to(ALL),
    # Figures, warnings, projects
    "overview": to(ALL),  # those who may not see figures are led to their first page
    "warnings": to(SEERS),
    "warning-export": to(SEERS),
    "warning-filter-save": to(SEERS),
    "warning-filter-forget": to(SEERS, key("filter")),
    "warning": to(SEERS, key("warning")),
    "projects": to(SEERS),
    "project": to(SEERS, in_project()),
    "project-money": to(SEERS, in_project()),
    "project-gaps": to(SEERS, in_project()),
    "project-month": to(SEERS, in_project(month=MONTH)),
    "worker-month": to(SEERS, worker),
    "worker-month-reveal": to(HANDLERS, worker, sends=lambda place: {"field": "identity"}),
    "contested": to(HANDLERS),
    "worker-month-phone": to(HANDLERS, worker_phone, sends=lambda place: {"decision": "confirm"}),
    "evidence-file": to(SEERS, lambda place: {"code": place.project.code, "digest": place.picture}),
    "rules": to(READERS),
    # Matters in hand
    "desk": to("officer chief leader"),
    "desk-export": to("officer chief leader"),
    "desk-take": to(HANDLERS),
    "desk-assign": to("chief"),
    "desk-urge": to("chief leader"),
    "desk-snooze": to("chief"),
    "handling-take": to(HANDLERS, key("handling")),
    "handling-assign": to("chief", key("handling")),
    "handling-ask": to(HANDLERS, key("handling")),
    "handling-help": to(HANDLERS, key("handling")),
    "handling-pause": to(HANDLERS, key("handling")),
    "handling-extend": to(HANDLERS, key("handling")),
    "handling-resume": to(HANDLERS, key("handling")),
    "handling-urge": to("chief leader", key("handling")),
    "handling-raise": to("chief leader", key("handling")),
    "handling-snooze": to("chief", key("handling")),
    "handling-file": to(SEERS, file("handling")),
    "clock-decide": to("chief", key("change")),
    "escalation-minutes": to(HANDLERS, key("escalation")),
    "objection-answer": to("chief", key("objection")),
    "snooze-wake": to("chief", key("snooze")),
    "helping": to("agency"),
    "helping-case-answer": to("agency", key("case_task")),
    "helping-answer": to("agency", key("helper")),
    "inspections": to("officer chief agency"),
    "inspection": to("officer chief agency", key("inspection")),
    "inspection-record": to("officer chief agency", key("inspection")),
    "inspection-recheck": to("officer chief agency", key("inspection")),
    "inspection-file": to("officer chief agency", file("inspection")),
    "board": to(HANDLERS),
    # Claims and cases
    "cases": to("officer chief leader"),
    "case": to("officer chief leader", numbered()),
    "cases-export": to("officer chief leader"),
    "cases-take": to(HANDLERS),
    "cases-assign": to("chief"),
    "cases-look-up": to(HANDLERS, anywhere=True),
    "case-take-in": to(HANDLERS),
    "clue-files": to(HANDLERS),
    "clue-template": to(HANDLERS),
    "clue-file": to(HANDLERS, key("clues")),
    "clue-file-decide": to(HANDLERS, key("clues"), sends=lambda place: {"decision": "discard"}),
    "reception": to(HANDLERS),
    "reception-display": to(HANDLERS),
    "tickets": to(HANDLERS),
    "ticket": to(HANDLERS, key("ticket")),
    "ticket-issue": to(HANDLERS),
    "ticket-next": to(HANDLERS),
    "ticket-move": to(HANDLERS, key("ticket")),
    "case-from-warning": to(HANDLERS, key("warning")),
    "case-from-answer": to(HANDLERS, key("engagement")),
    "case-take": to(HANDLERS, numbered()),
    "case-assign": to("chief", numbered()),
    "case-dispatch": to(HANDLERS, numbered()),
    "case-accept": to(HANDLERS, numbered()),
    "case-refuse": to(HANDLERS, numbered()),
    "case-ask": to(HANDLERS, numbered()),
    "case-pass-on": to(HANDLERS, numbered()),
    "case-go-on": to(HANDLERS, numbered()),
    "case-lane": to(HANDLERS, numbered()),
    "case-contact": to(HANDLERS, numbered()),
    "case-task": to(HANDLERS, numbered()),
    "case-conclude": to(HANDLERS, numbered()),
    "case-reopen": to(HANDLERS, numbered()),
    "case-message": to(HANDLERS, numbered()),
    "case-merge": to(HANDLERS, numbered()),
    "case-verify": to(HANDLERS, numbered()),
    "case-liable": to(HANDLERS, numbered()),
    "case-split": to(HANDLERS, numbered()),
    "case-raise": to("chief leader", numbered()),
    "case-clock": to(HANDLERS, lambda place: {"number": place.case.number, "pk": place.case_clock.pk}),
    "case-clock-decide": to("chief", lambda place: {"number": place.case.number, "pk": place.clock_stop.pk}),
    "case-identify": to(HANDLERS, numbered()),
    "case-word": to(HANDLERS, numbered()),
    "case-reveal": to(
        HANDLERS,
        numbered(),
        sends=lambda place: {"field": "name", "claimant": place.case.claimants.get().pk},
    ),
    "case-return-code": to(HANDLERS, numbered(), sends=lambda place: {"claim": place.case.claims.get().pk}),
    "case-exhibit": to(HANDLERS, lambda place: {"number": place.case.number, "digest": place.picture}),
    "case-pack": to(HANDLERS, numbered()),
    "paper-draft": to(HANDLERS, numbered()),
    "papers": to("chief"),
    "paper": to(HANDLERS, key("document")),
    "paper-edit": to(HANDLERS, key("document")),
    "paper-sign": to("chief", key("document")),
    "paper-return": to("chief", key("document")),
    "paper-void": to(HANDLERS, key("document")),
    "paper-again": to(HANDLERS, key("document")),
    "paper-serve": to(HANDLERS, key("document")),
    "paper-file": to(HANDLERS, lambda place: {"pk": place.document.pk, "form": "docx"}),
    "paper-proof": to(HANDLERS, file("document")),
    "paper-templates": to("chief operator"),
    "paper-template": to("chief operator", lambda place: {"kind": "order"}, anywhere=True),
    "paper-template-replace": to("chief operator", lambda place: {"kind": "order"}, anywhere=True),
    "paper-template-restore": to("chief operator", lambda place: {"kind": "order"}, anywhere=True),
    "case-money": to("officer chief leader"),
    "case-particulars": to(HANDLERS, numbered()),
    "track-begin": to(HANDLERS, numbered()),
    "track-step": to(HANDLERS, in_case("track")),
    "track-agree": to(HANDLERS, in_case("track"), sends=lambda place: {"to": "agreed"}),
    "track-extend": to(HANDLERS, in_case("track_clock")),
    "pledge-ask": to(HANDLERS, numbered()),
    "draw-ask": to(HANDLERS, numbered()),
    "draw": to("officer chief leader", in_case("draw")),
    "draw-decide": to("chief", in_case("draw")),
    "draw-cancel": to(HANDLERS, in_case("draw")),
    "draw-file": to(HANDLERS, in_case("draw")),
    "draw-answers": to(HANDLERS, in_case("draw")),
    "draw-note": to(HANDLERS, in_case("draw")),
    "draw-note-file": to(HANDLERS, lambda place: {**in_case("draw")(place), "digest": place.picture}),
    "draw-top-up": to(HANDLERS, in_case("draw")),
    "draw-recovery": to(HANDLERS, in_case("draw")),
    "write-off-decide": to("chief", in_case("write_off")),
    "listings": to("officer chief leader"),
    "listing": to("officer chief leader", key("listing")),
    "listing-propose": to(HANDLERS, numbered()),
    "listing-reveal": to(
        HANDLERS, key("listing"), sends=lambda place: {"field": "name", "person": place.listing.persons.get().pk}
    ),
    "listing-file": to(HANDLERS, file("listing")),
    "listing-notice": to(HANDLERS, key("listing")),
    "listing-decision": to(HANDLERS, key("listing")),
    "listing-tell": to(HANDLERS, key("listing")),
    "listing-strike": to(HANDLERS, key("listing")),
    "listing-take-back": to(HANDLERS, key("listing")),
    "listing-object": to(HANDLERS, key("listing")),
    "listing-answer": to("chief", key("listing"), sends=lambda place: {"objection": place.listing.objections.get().pk}),
    "listing-decide": to("chief", key("listing")),
    "listing-extend": to("chief", key("listing")),
    "listing-removal": to(HANDLERS, key("listing")),
    "listing-removal-decide": to("chief", key("listing")),
    "listing-restore": to("chief", key("listing")),
    "listing-carry-out": to(HANDLERS, key("listing")),
    "helping-ways": to("agency"),
    "helping-track": to("agency", key("track")),
    "helping-pledge": to("agency", key("pledge")),
    "fund-new": to("agency"),
    "fund-set": to("agency", key("fund")),
    "fund-book": to("agency", key("fund")),
    "fund-entries": to("agency", key("fund")),
    "case-cost": to("officer chief leader"),
    "case-cost-export": to("officer chief leader"),
    "pause-requests": to("chief"),
    "pause-request-decide": to("chief", key("pause"), sends=lambda place: {"decision": "refuse"}),
    "pause-request-file": to("chief", file("pause")),
    # The site's own pages: all of the clerk's one project
    "site": to("clerk"),
    "site-matter": to("clerk", key("warning")),
    "site-object": to("clerk", key("warning")),
    "site-demand-answer": to("clerk", key("demand")),
    "site-mend": to("clerk", lambda place: {"what": "account"}, anywhere=True),
    "site-pauses": to("clerk"),
    "site-payroll": to("clerk"),
    "site-payroll-sheet": to("clerk", key("upload")),
    "site-payroll-submit": to("clerk", key("upload"), sends=discard),
    "site-payroll-month": to("clerk", in_month, anywhere=True),
    "site-payroll-to-fill": to("clerk", in_month, anywhere=True),
    "site-payroll-signed": to("clerk", in_month, anywhere=True),
    "site-payout": to("clerk", in_month, anywhere=True),
    "site-payout-download": to("clerk", in_month, anywhere=True, sends=lambda place: {"form": "csv"}),
    "site-board": to("clerk"),
    "site-papers": to("clerk"),
    "site-paper-file": to("clerk", key("document")),
    "site-board-sheet": to("clerk"),
    # Data that came in
    "held": to(BRINGERS),
    "held-row": to(BRINGERS, key("held")),
    "held-row-open": to(HANDLERS, key("held")),
    "held-row-match": to("officer chief operator", key("held")),
    "held-row-discard": to("officer chief operator", key("held")),
    "uploads": to(BRINGERS),
    "upload-template": to(BRINGERS, lambda place: {"kind": place.upload.kind}, anywhere=True),
    "upload": to(BRINGERS, key("upload")),
    "upload-decide": to(BRINGERS, key("upload"), sends=discard),
    "senders": to("operator"),
    # People
    "organisations": to("chief operator"),
    "organisation-options": to("chief operator"),
    "organisation-new": to("chief operator"),
    "organisation": to("chief operator", key("unit")),
    "organisation-close": to("chief operator", key("unit")),
    "organisation-reopen": to("chief operator", key("unit")),
    "people": to("chief operator"),
    "person-new": to("chief operator"),
    "person": to("chief operator", key("resident")),
    "person-place": to("chief operator", key("resident")),
    "person-details": to("chief operator", key("resident")),
    "person-password": to("chief operator", key("resident")),
    "person-second-step": to("chief operator", key("resident")),
    "person-sessions": to("chief operator", key("resident")),
    "person-suspend": to("chief operator", key("resident")),
    "person-resume": to("chief operator", key("resident")),
    "person-leave": to("chief operator", key("resident")),
    "person-deputy": to("chief operator", key("resident")),
    "deputy-end": to("chief operator", key("deputy")),
    "duty": to(HANDLERS),
    "duty-add": to("chief", sends=lambda place: {"unit": place.unit.pk}),
    "duty-drop": to("chief", key("turn")),
    "duty-plan": to("chief", sends=lambda place: {"unit": place.unit.pk, "month": "2026-10"}),
    # Operation and audit
    "looks": to("officer chief operator auditor"),
    "audit": to("operator auditor"),
    "audit-verify": to("operator auditor"),
    "outbox": to("operator"),
    "outbox-again": to("operator", key("delivery"), anywhere=True),
}
