"""What terminals ask the platform: sign in, keep alive, and who may pass."""

import base64
import binascii
import hashlib
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from anxin.intake.cwr import reading
from anxin.intake.cwr.answers import MISSING, Refusal
from anxin.intake.cwr.dictionaries import WORK_TYPES
from anxin.intake.cwr.images import content_of
from anxin.intake.cwr.reading import Call, Fields
from anxin.law.civil import SHANGHAI
from anxin.registry.actions import identity_blind
from anxin.registry.models import Engagement, Project
from anxin.registry.models.workers import MANAGER
from anxin.vault.fields import open_text

MAX_EMPLOYEES = 10
_TRADE_NAMES = dict(WORK_TYPES)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _project(call: Call) -> Project | None:
    """The terminal's project; a sender without one may still sign in."""
    if reading.words(call.fields, "Project_ID", 64) or call.sender.project is not None:
        return reading.project_of(call)
    return None


def _on_site(project: Project, today: date) -> QuerySet[Engagement]:
    """Whom the gate lets in. Who was reported gone today is gone: the report comes after he left."""
    present = Q(left_on=None) | Q(left_on__gt=today)
    return Engagement.objects.filter(present, project=project).select_related("worker", "enterprise").order_by("pk")


def _modified(engagement: Engagement) -> str:
    known = engagement.details.get("modified_at")
    return _stamp(datetime.fromisoformat(known) if known else engagement.recorded_at)


def sign_in(call: Call) -> dict[str, Any]:
    """A terminal starts: the server's time, whether to fetch employees, and what project it stands on."""
    project = _project(call)
    anybody = project is not None and _on_site(project, call.today).exists()
    contractor = project.contractor if project is not None else None
    return {
        "server_timestamp": _stamp(call.at),
        "emp_syncflag": "Y" if anybody else "N",
        "project_info": {
            "project_name": project.name if project is not None else "",
            "project_manager": project.contact_name if project is not None else "",
            "project_address": project.address if project is not None else "",
            "company_name": contractor.name if contractor is not None else "",
            "work_typename": "",
        },
        "newversion_list": [],
    }


def keep_alive(call: Call) -> dict[str, Any]:
    """A terminal is there."""
    return {"server_timestamp": _stamp(call.at)}


def query_hash(call: Call) -> dict[str, Any]:
    """How many employees there are, and digests over their ids and changes; terminals compare the count."""
    lines = [f"{e.pk},{_modified(e)}" for e in _on_site(reading.project_of(call), call.today)]
    listed = "\n".join(lines).encode()
    return {
        "emp_count": len(lines),
        "sha1": hashlib.sha1(listed, usedforsecurity=False).hexdigest(),
        "crc16": f"{binascii.crc_hqx(listed, 0):04x}",
    }


def query_list(call: Call) -> dict[str, Any]:
    """Ids of the employees on site, narrowed by company, name, phone or identity number when given."""
    people = _on_site(reading.project_of(call), call.today)
    company, name = reading.words(call.fields, "emp_company"), reading.words(call.fields, "emp_name")
    phone, number = reading.words(call.fields, "emp_phone"), reading.words(call.fields, "id_code")
    if company:
        people = people.filter(enterprise__name=company)
    if name:
        people = people.filter(worker__name=name)
    if number:
        people = people.filter(worker__id_blind=identity_blind(number))
    return {
        "employee_list": [
            {"emp_id": str(e.pk), "modify_time": _modified(e)}
            for e in people
            if not phone or open_text(e.worker.phone_sealed) == phone
        ]
    }


def _asked(call: Call) -> list[Engagement]:
    project = reading.project_of(call)
    listed = reading.items(call.fields, "employee_list", MAX_EMPLOYEES)
    ids = [reading.words(reading.record(item), "emp_id", 20) for item in listed]
    if not any(ids):
        raise Refusal(MISSING, "不能为空!", "is missing", "emp_id")
    known = [int(i) for i in ids if i.isascii() and i.isdigit() and len(i) < 15]
    return list(_on_site(project, call.today).filter(pk__in=known))


def _picture(details: Fields, name: str) -> str:
    content = content_of(str(details.get(name, "")))
    return base64.b64encode(content).decode() if content else ""


def query_info(call: Call) -> dict[str, Any]:
    """What a terminal shows and recognises an employee by, for at most ten of them."""
    return {"employee_list": [_info(e, call.today) for e in _asked(call)]}


def _info(engagement: Engagement, today: date) -> dict[str, Any]:
    worker = engagement.worker
    born = worker.born_on
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None
    return {
        "emp_id": str(engagement.pk),
        "emp_name": worker.name,
        "modify_time": _modified(engagement),
        "sex": {"0": "男", "1": "女"}.get(worker.gender, ""),
        "emp_age": "" if age is None else str(age),
        "emp_phone": open_text(worker.phone_sealed),
        "facephoto": _picture(worker.details, "facephoto"),
        "emp_company": engagement.enterprise.name if engagement.enterprise is not None else "",
        "work_typename": _TRADE_NAMES.get(engagement.trade) or engagement.details.get("work_typename", ""),
        "pass_period": engagement.details.get("pass_period", ""),
        "emp_category": engagement.details.get("emp_category", "01" if engagement.role == MANAGER else "00"),
    }


def query_id_info(call: Call) -> dict[str, Any]:
    """The portrait on an employee's identity card."""
    return {
        "employee_list": [
            {"emp_id": str(e.pk), "id_photo": _picture(e.worker.details, "id_photo")} for e in _asked(call)
        ]
    }
