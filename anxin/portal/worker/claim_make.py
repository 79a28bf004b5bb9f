"""From the finished form to a claim as ``cases.filing`` takes it."""

from typing import Any

from django.utils.translation import get_language

from anxin.cases.duplicates import find_worker
from anxin.cases.filing import Person, Told
from anxin.cases.models import ClaimDoor, Consent
from anxin.portal.worker.claim_forms import days_of, months_of, site_of, sum_of
from anxin.registry.models import Worker
from anxin.vault.fields import open_text


def told_of(data: dict[str, Any], key: str, *, worker: Worker | None) -> Told:
    """The claim of a draft. ``worker``: who has signed in; else an identity number is looked up on the roster, which
    tells the person at the form nothing."""
    site = site_of(data.get("site", ""))
    months = months_of(data)
    own = worker or find_worker(data.get("identity", ""))
    group = bool(data.get("group") and data.get("members"))
    first = Person(
        name=data.get("name") or (worker.name if worker else ""),
        identity=open_text(worker.id_sealed) if worker else data.get("identity", ""),
        phone=data.get("phone", ""),
        worker=own,
        months=months,
        days=days_of(data),
        rate_fen=data.get("rate"),
        claimed_fen=sum_of(data),
        representative=group,
        days_spent=data.get("days_spent"),
        trips=data.get("trips"),
        cost_fen=data.get("cost_fen"),
    )
    members = [
        Person(
            name=one["name"],
            identity=one["identity"],
            phone=one["phone"],
            worker=find_worker(one["identity"]),
            months=months,
            claimed_fen=one["fen"],
            consent=Consent.ASKED,
        )
        for one in (data.get("members", []) if group else [])
    ]
    return Told(
        door=ClaimDoor.QR if data.get("scanned") and site else ClaimDoor.WEB,
        key=key,
        people=[first, *members],
        region_code=site.region_code if site else data["region"],
        matter=data["matter"],
        project=site,
        employer=data.get("employer", "") or (site.contractor.name if site and site.contractor else ""),
        place=data.get("place", ""),
        text=data.get("text", ""),
        phone=data.get("phone", ""),
        filer=worker,
        anonymous=data.get("anonymous", True),
        retaliation=data.get("retaliation", False),
        safe_from=data.get("safe_from", 8),
        safe_until=data.get("safe_until", 21),
        language=get_language() or "zh-hans",
    )
