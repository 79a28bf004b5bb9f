"""Companies, teams, employees, leavers and trainings from CWRService senders."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from anxin.intake import values
from anxin.intake.cwr import reading
from anxin.intake.cwr.answers import MISSING, REJECTED, Refusal
from anxin.intake.cwr.dictionaries import COMPANY_TYPES, WORK_TYPES
from anxin.intake.cwr.images import picture_of
from anxin.intake.cwr.reading import Call, Fields
from anxin.intake.held import hold
from anxin.intake.judging import IDENTITY_WORDS
from anxin.intake.models import Receipt
from anxin.intake.rows import Arrival, Fault
from anxin.registry import actions
from anxin.registry.models import Engagement, Enterprise, Project, Team, Training, Worker
from anxin.registry.models.workers import MANAGER
from anxin.vault.fields import open_bytes, open_text, seal_bytes, seal_text
from anxin.vault.identity import RESIDENT, identity_problem, normal_identity

SAFETY_EDUCATION = "003001"
_TRADES = {name: code for code, name in WORK_TYPES}
_COMPANY_CODES = {code for code, _ in COMPANY_TYPES}
_WORKER_DETAILS = ("emp_nation",)
_WORKER_PRIVATE = ("emp_nativeplace", "id_agency", "id_validdate")
_ENGAGEMENT_DETAILS = (
    "pass_period", "match_flag", "emp_category", "job_dept", "emp_dept", "job_typename", "job_order", "job_name",
    "contract_status", "work_typename",
)  # fmt: skip


def _given(fields: Fields, names: tuple[str, ...]) -> dict[str, str]:
    return {name: found for name in names if (found := reading.words(fields, name, 200))}


def _company(call: Call, project: Project, fields: Fields, *name_fields: str) -> Enterprise | None:
    """The company a record names by credit code, or by a name that takes part in the project."""
    code = reading.words(fields, "SUID", 32).upper()
    name = next((found for field in name_fields if (found := reading.words(fields, field, 200))), "")
    if code:
        return actions.upsert_enterprise(code=code, name=name, at=call.at)
    if name:
        known = Enterprise.objects.filter(participations__project=project, name=name).first()
        if known is not None:
            return known
        if project.contractor is not None and project.contractor.name == name:
            return project.contractor
    return None


def add_company(call: Call, receipt: Receipt) -> dict[str, Any]:
    """A company takes part in the project. ``Bank_Num`` is kept sealed: nothing says that it is a wage account."""
    fields = call.fields
    project = reading.project_of(call)
    code = reading.needed(fields, "SUID", 32).upper()
    name = reading.needed(fields, "Company_Name", 200)
    kind = reading.words(fields, "Type", 16)
    kind = kind.zfill(3) if kind.isdigit() else next((c for c, n in COMPANY_TYPES if n == kind), "")
    company = actions.upsert_enterprise(
        code=code,
        name=name,
        at=call.at,
        legal_person=reading.words(fields, "Legal_Person", 64),
        details=_given(fields, ("Capital", "Address", "Postcode")),
    )
    private = _given(fields, ("Bank_Open", "Bank_Num", "Contacts", "Mobile_Phone", "Email"))
    part, _ = actions.upsert_participation(
        project=project,
        enterprise=company,
        at=call.at,
        role=kind if kind in _COMPANY_CODES else "",
        entered_on=reading.day_of(fields, "entry_time"),
    )
    if private:
        part.sealed_details = seal_bytes(orjson.dumps(private))
        part.save(update_fields=["sealed_details"])
    return {"SUID": code, "company_name": name}


def remove_company(call: Call, receipt: Receipt) -> dict[str, Any]:
    """A company leaves the project."""
    project = reading.project_of(call)
    company = _company(call, project, call.fields, "Company_Name")
    part = project.participations.filter(enterprise=company).first() if company is not None else None
    if part is None:
        raise Refusal(REJECTED, "该企业不是本项目的参建单位!", "takes no part in this project", "SUID")
    left_on = reading.day_of(call.fields, "exit_time") or call.today
    actions.upsert_participation(project=project, enterprise=part.enterprise, at=call.at, left_on=left_on)
    return {"SUID": part.enterprise.code}


def add_team(call: Call, receipt: Receipt) -> dict[str, Any]:
    """A team of a company; the same team again answers with the same number."""
    fields = call.fields
    project = reading.project_of(call)
    name = reading.needed(fields, "team_name")
    company = _company(call, project, fields, "emp_company", "Company_Name") or project.contractor
    if company is None:
        raise Refusal(MISSING, "不能为空!", "is missing, and the project has no contractor", "SUID")
    team, _ = actions.add_team(
        project=project,
        enterprise=company,
        name=name,
        at=call.at,
        details=_given(fields, ("team_type_order", "team_type_name", "team_personnel_type")),
    )
    return {"team_id": str(team.number), "team_name": team.name}


def _team(call: Call, project: Project, company: Enterprise | None) -> Team | None:
    number, name = reading.words(call.fields, "team_id", 32), reading.words(call.fields, "team_name")
    teams = project.teams.select_related("enterprise")
    if number:
        team = teams.filter(number=int(number)).first() if number.isascii() and number.isdigit() else None
        if team is None:
            raise Refusal(REJECTED, "班组不存在,请先登记班组!", "is no team of this project", "team_id")
        return team
    if not name:
        return None
    named = teams.filter(name=name)
    found = (named.filter(enterprise=company) if company is not None else named).first()
    owner = company or project.contractor
    if found is None and owner is not None:
        found, _ = actions.add_team(project=project, enterprise=owner, name=name, at=call.at)
    return found


def _identity(fields: Fields, name: str) -> str:
    number = normal_identity(reading.needed(fields, name, 64))
    problem = identity_problem(number)
    if problem:
        raise Refusal(REJECTED, *IDENTITY_WORDS[problem], name)
    return number


def register_employee(call: Call, receipt: Receipt) -> dict[str, Any]:
    """An employee comes onto the roster, or is corrected. The protocol has no entry: the day of registration counts.

    Answers ``emp_id``, which terminals may use in place of the identity number.
    """
    fields = call.fields
    project = reading.project_of(call)
    number = _identity(fields, "id_code")
    name = reading.needed(fields, "emp_name", 64)
    company = _company(call, project, fields, "emp_company")
    team = _team(call, project, company)
    company = company or (team.enterprise if team is not None else project.contractor)
    photos = {key: found for key in ("id_photo", "facephoto") if (found := picture_of(fields, key))}
    scans = {key: found for key in ("idphoto_scan", "idphoto_scan2") if (found := picture_of(fields, key))}
    before = Worker.objects.filter(id_blind=actions.identity_blind(number)).first()
    known = before.details if before is not None else {}
    worker = actions.register_worker(
        id_number=number,
        id_type=RESIDENT,
        name=name,
        at=call.at,
        gender="0" if int(number[16]) % 2 else "1",
        details=_given(fields, _WORKER_DETAILS) | photos | scans,
    )
    _keep_phone(worker, reading.words(fields, "emp_phone", 32))
    _keep_private(worker, _given(fields, _WORKER_PRIVATE))
    if company is not None and not project.participations.filter(enterprise=company).exists():
        actions.upsert_participation(project=project, enterprise=company, at=call.at)
    manages = reading.words(fields, "cwr_iskeypsn", 8) == "1" or reading.words(fields, "emp_category", 64) == "01"
    details = _given(fields, _ENGAGEMENT_DETAILS)
    if photos and photos != {key: known.get(key) for key in photos}:
        details["modified_at"] = call.at.isoformat()
    engagement, _ = actions.engage(
        project=project,
        worker=worker,
        at=call.at,
        enterprise=company,
        team=team,
        trade=_TRADES.get(reading.words(fields, "work_typename"), ""),
        role=MANAGER if manages else "20",
        card_number=reading.words(fields, "emp_cardnum", 32) or None,
        bank_name=reading.words(fields, "emp_bankname"),
        details=details,
    )
    if engagement.entered_on is None or engagement.left_on is not None:
        actions.move(engagement=engagement, on=call.today, kind="in", at=call.at)
    return {"emp_id": str(engagement.pk)}


def _keep_phone(worker: Worker, phone: str) -> None:
    if phone and open_text(worker.phone_sealed) != phone:
        worker.phone_sealed = seal_text(phone)
        worker.save(update_fields=["phone_sealed"])


def _keep_private(worker: Worker, private: dict[str, str]) -> None:
    known = orjson.loads(open_bytes(worker.sealed_details)) if worker.sealed_details else {}
    if {**known, **private} != known:
        worker.sealed_details = seal_bytes(orjson.dumps({**known, **private}))
        worker.save(update_fields=["sealed_details"])


def _engaged(call: Call, project: Project, person: str, name: str) -> Engagement:
    """The engagement of somebody named by identity number or by our emp_id."""
    if person.isascii() and person.isdigit() and len(person) < 15:
        found = Engagement.objects.filter(project=project, pk=int(person))
    else:
        found = Engagement.objects.filter(
            project=project, worker__id_blind=actions.identity_blind(_identity({name.lower(): person}, name))
        )
    engagement = found.select_related("worker").first()
    if engagement is None:
        raise Refusal(REJECTED, "人员不存在,请先登记人员!", "is not on the project's roster; register first", name)
    return engagement


def _each(
    call: Call, receipt: Receipt, *, project: Project, name: str, kind: str, take: Callable[[Fields], None]
) -> dict[str, Any]:
    """Take the records of a list one by one; what is refused is kept, the rest goes in."""
    faults, refusals = [], []
    listed = reading.items(call.fields, name, 1000)
    for index, record in enumerate(listed):
        try:
            take(reading.record(record))
        except Refusal as refusal:
            place = f"[{name}][{index}]{refusal.place}"
            raw = reading.kept(record)
            faults.append(Fault(place, refusal.reason, refusal.reason_en, raw, project_code=project.code))
            refusals.append(Refusal(refusal.code, f"{place}{refusal.reason}", f"{place} {refusal.reason_en}"))
    if len(faults) == len(listed) == 1:
        raise refusals[0]
    arrival = Arrival(source=f"cwr:{call.sender.appid}", at=call.at, sender=call.sender, receipt=receipt)
    hold(kind=kind, faults=faults, arrival=arrival, project=project)
    receipt.accepted, receipt.refused = len(listed) - len(faults), len(faults)
    return {
        "accepted_count": receipt.accepted,
        "refused": [{"message": r.reason, "detail_message": r.reason_en} for r in refusals],
    }


def user_leave_project(call: Call, receipt: Receipt) -> dict[str, Any]:
    """Employees leave the project."""
    project = reading.project_of(call)

    def leave(record: Fields) -> None:
        engagement = _engaged(call, project, reading.needed(record, "id_code", 64), "id_code")
        left_on = reading.day_of(record, "exit_time") or call.today
        if left_on > call.today:
            raise Refusal(REJECTED, "最晚为当前时间!", "lies in the future", "exit_time")
        actions.move(engagement=engagement, on=left_on, kind="out", at=call.at)

    return _each(call, receipt, project=project, name="userLeaveProject_list", kind="leavers", take=leave)


def upload_safety_education(call: Call, receipt: Receipt) -> dict[str, Any]:
    """Safety lessons: one record a participant; participants of the same lesson are gathered."""
    project = reading.project_of(call)

    def attend(record: Fields) -> None:
        engagement = _engaged(call, project, reading.needed(record, "person_id", 64), "person_id")
        held_on: date | None = reading.day_of(record, "edu_time")
        if held_on is None:
            raise Refusal(MISSING, "不能为空!", "is missing", "edu_time")
        if held_on > call.today:
            raise Refusal(REJECTED, "不能大于当天!", "lies in the future", "edu_time")
        training, _ = Training.objects.get_or_create(
            project=project,
            held_on=held_on,
            kind=SAFETY_EDUCATION,
            name=reading.needed(record, "edu_coursename", 200),
            defaults={
                "recorded_at": call.at,
                "hours": reading.parsed(record, "edu_classhour", values.number, "类型", "a number"),
                "details": _given(record, ("edu_organization", "edu_teacher", "edu_addr")),
            },
        )
        if all(known["worker"] != engagement.worker_id for known in training.participants):
            training.participants.append({"worker": engagement.worker_id, "passed": None, "score": None})
            training.save(update_fields=["participants"])

    return _each(call, receipt, project=project, name="safetyeducation_list", kind="trainings", take=attend)
