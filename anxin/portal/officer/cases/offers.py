"""What may be done with a case from where it stands, for the buttons of its page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anxin.cases import concluding
from anxin.cases.models import Case, CaseRung
from anxin.cases.procedure import conclusions, states
from anxin.insight.handling import units_of
from anxin.people.models import Organisation, OrganisationKind, User
from anxin.portal.officer import handling_words
from anxin.portal.officer.cases import words
from anxin.portal.officer.chosen import candidates
from anxin.portal.officer.handling_section import BY_HAND
from anxin.portal.ui.tags import in_english
from anxin.registry.regions import nearest_first
from anxin.remedies.models import Document, DocumentState
from anxin.remedies.serving import ORDERS
from anxin.watch.handling.ladder import region_units, target_of

# States that have a button of their own, or that an act elsewhere on the page leads to.
_OWN_BUTTON = frozenset(
    {"accepted", "refused", "supplement", "transferred", "ordered", "ended", "dispatched", "received"}
)
_ON_ITS_WAY = (DocumentState.DRAFT, DocumentState.ASKED, DocumentState.SIGNED)


def offers(case: Case, user: User, at: datetime, may: Mapping[str, bool]) -> dict[str, Any]:
    """Which acts to offer, with what their forms need; empty when there is none."""
    if not any(may[name] for name in ("case", "assign", "escalate")):
        return {}
    open_, words_ = case.ended_at is None, "en" if in_english() else "zh"
    after = states()[case.state].next if case.state in states() else ()
    told: dict[str, Any] = {"reopen": may["case"] and not open_ and case.merged_into_id is None}
    if open_ and may["case"]:
        told |= {
            "take": case.owner_id is None,
            "accept": "accepted" in after,
            "refuse": "refused" in after,
            "ask": "supplement" in after,
            "order": "ordered" in after or case.state == "ordered",
            "order_paper": _order_on_its_way(case),
            "pass_on": "transferred" in after,
            "dispatch": case.state in ("received", "dispatched", "supplement", "accepted"),
            "lane": True,
            "contact": True,
            "ways": words.WAYS.items(),
            "results": words.RESULTS.items(),
            "task": True,
            "periods": [(text, handling_words.period(text)) for text in handling_words.PERIODS],
            "go_on": [(key, states()[key].title[words_]) for key in after if key not in _OWN_BUTTON],
            "merge": True,
            "split": case.people > 1,
            "conclude": "ended" in after,
            "conclusions": [_conclusion(case, key, words_) for key in conclusions()],
            "organisations": near(case),
            "units": units_of(user).order_by("region_code", "kind")[:200],
        }
    if open_ and may["assign"]:
        told |= {"assign": True, "people": [one for one in candidates(user, "case") if one.pk != case.owner_id]}
    if open_ and may["escalate"]:
        told["raises"] = _raises(case)
    told["more"] = any(told.get(name) for name in ("dispatch", "assign", "pass_on", "go_on", "merge", "raises"))
    return told


def _order_on_its_way(case: Case) -> int | None:
    """The order to pay that is drawn up and not served yet: the next step is there, not in a second one."""
    rows = Document.objects.filter(case=case, kind__in=ORDERS, state__in=_ON_ITS_WAY)
    return rows.order_by("-pk").values_list("pk", flat=True).first()


def _raises(case: Case) -> list[dict[str, Any]]:
    climbed = set(
        CaseRung.objects.filter(case=case, key__startswith=f"case-{case.pk}-{case.reopened}-").values_list(
            "kind", flat=True
        )
    )
    units = region_units()
    return [
        {"kind": kind, "word": handling_words.rung(kind), "to": target_of(kind, case.region_code, units)}
        for kind in BY_HAND
        if kind not in climbed
    ]


def _conclusion(case: Case, key: str, language: str) -> dict[str, Any]:
    kind, before = conclusions()[key], case.conclusion_note
    lacking = concluding.missing(case, key, "·")
    case.conclusion_note = before
    return {
        "key": key,
        "title": kind.title[language],
        "scope": kind.scope[language],
        "missing": ("；" if language == "zh" else "; ").join(zh if language == "zh" else en for zh, en in lacking),
    }


def near(case: Case) -> list[Organisation]:
    """Organisations of the place and of those above it that may be asked or handed to."""
    places = nearest_first(case.region_code)
    found = Organisation.objects.filter(active=True, region_code__in=places).exclude(kind=OrganisationKind.ENTERPRISE)
    if case.unit_id:
        found = found.exclude(pk=case.unit_id)
    return list(found.order_by("-region_code", "kind", "name")[:100])
