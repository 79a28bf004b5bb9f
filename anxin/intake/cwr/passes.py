"""UploadPassedLog: gate records in the three shapes that senders use.

A platform sends ``{Project_ID, Device_ID, passedlog_list: […]}``, a Guangxi terminal a bare array of the same
records, and the document of one receiver has a single object with names of its own (``id_code``, ``pass_time``,
``pass_direction``, ``verify_type``). A terminal sends its whole queue again until it sees success: the ledger's
natural key keeps each pass once.
"""

from typing import Any

from anxin.intake import values
from anxin.intake.admit import admit
from anxin.intake.cwr import reading
from anxin.intake.cwr.answers import MALFORMED, MISSING, REJECTED, Refusal
from anxin.intake.cwr.reading import Call, Fields
from anxin.intake.held import hold
from anxin.intake.judging import may_send
from anxin.intake.models import Receipt
from anxin.intake.rows import Arrival, Fault, SwipeRow
from anxin.registry.models import Engagement, Project
from anxin.vault.fields import open_text

_PERSON = ("person_id", "id_code", "emp_id")
_TIME = ("passed_time", "pass_time")
_SINGLE = frozenset((*_PERSON, *_TIME))
_VISITORS = frozenset({"0", "访客"})
_MIN_IDENTITY = 15  # an emp_id is shorter than any resident number


def _records(call: Call) -> tuple[list[tuple[str, Any]], bool]:
    """The records with their places, and whether they stood in a list."""
    body = call.body
    if isinstance(body, list):
        listed = reading.items({"passedlog_list": body}, "passedlog_list")
        return [(f"[{i}]", record) for i, record in enumerate(listed)], True
    if "passedlog_list" not in body and _SINGLE & body.keys():
        return [("", body)], False
    listed = reading.items(body, "passedlog_list")
    return [(f"[passedlog_list][{i}]", record) for i, record in enumerate(listed)], True


def _first(record: Fields, names: tuple[str, ...]) -> tuple[str, str]:
    """Name and text of the first field that is given; the first name when none is."""
    for name in names:
        found = reading.words(record, name, 64)
        if found:
            return name, found
    return next((name for name in names if name in record), names[0]), ""


def _way(raw: str) -> str:
    """National attendType ``001`` to ``011`` from the integers 1 to 11, however padded; else empty."""
    return f"{int(raw):03d}" if raw.isascii() and raw.isdigit() and len(raw) < 4 and 1 <= int(raw) <= 11 else ""


def _employees(records: list[tuple[str, Any]], project: Project | None) -> dict[str, str]:
    """Identity numbers of the people that records name by our emp_id."""
    objects = [record for _, record in records if isinstance(record, dict)]
    named = {values.text(record.get(name)) for record in objects for name in ("person_id", "emp_id")}
    ids = [int(n) for n in named if n.isascii() and n.isdigit() and len(n) < _MIN_IDENTITY]
    if not ids or project is None:
        return {}
    found = Engagement.objects.filter(project=project, pk__in=ids).values_list("pk", "worker__id_sealed")
    return {str(pk): open_text(sealed) for pk, sealed in found}


def _row(place: str, record: Fields, *, code: str, device: str, employees: dict[str, str], foreign: bool) -> SwipeRow:
    name, person = _first(record, _PERSON)
    if not person:
        raise Refusal(MISSING, "不能为空!", "is missing", name)
    if person.isascii() and person.isdigit() and len(person) < _MIN_IDENTITY:
        known = employees.get(str(int(person)))
        if known is None and foreign:
            raise Refusal(REJECTED, "不属于该账号!", "is not this sender's project", "Project_ID")
        if known is None:
            raise Refusal(
                REJECTED,
                "人员不存在,请先登记人员!",
                "is nobody on the project's roster; register the employee first",
                name,
            )
        person = known
    name, raw = _first(record, _TIME)
    if not raw:
        raise Refusal(MISSING, "不能为空!", "is missing", name)
    try:
        passed_at = values.moment(raw)
        assert passed_at is not None
    except (ValueError, OverflowError):
        raise Refusal(MALFORMED, "时间格式不正确!", "is not a time", name) from None
    return SwipeRow(
        place=place,
        project_code=code,
        id_number=person,
        passed_at=passed_at,
        direction=values.direction(_first(record, ("direction", "pass_direction"))[1]),
        way=_way(_first(record, ("way", "verify_type"))[1]),
        device=device,
    )


def upload_passed_log(call: Call, receipt: Receipt) -> dict[str, Any]:
    """Take gate records in; visitors are not attendance. One bad record does not lose the others.

    Answers accepted_count and a verdict on each record: accepted, waiting, refused or visitor.
    """
    records, listed = _records(call)
    code = reading.project_code(call)
    project = Project.objects.filter(code=code).first()
    foreign = project is not None and not may_send(call.sender, project)
    if foreign:
        project = None  # admission says so, row by row
    device = reading.words(call.fields, "Device_ID", 64) or call.device
    employees = _employees(records, project)
    rows: list[SwipeRow] = []
    faults: list[Fault] = []
    verdicts: dict[str, dict[str, Any]] = {}
    for index, (place, item) in enumerate(records):
        verdicts[place] = {"index": index, "data_id": "", "status": "accepted"}
        try:
            record = reading.record(item)
            verdicts[place]["data_id"] = values.text(record.get("data_id"))[:64]
            if reading.words(record, "person_type", 16) in _VISITORS:
                verdicts[place]["status"] = "visitor"
                continue
            rows.append(_row(place, record, code=code, device=device, employees=employees, foreign=foreign))
        except Refusal as refusal:
            verdicts[place]["code"] = refusal.code
            raw = reading.kept(item)
            where = f"{place}{refusal.place}"
            faults.append(Fault(where, refusal.reason, refusal.reason_en, raw, project_code=code))
    arrival = Arrival(source=f"cwr:{call.sender.appid}", at=call.at, sender=call.sender, receipt=receipt)
    hold(kind="swipes", faults=faults, arrival=arrival, project=project)
    person, time = ("person_id", "passed_time") if listed else ("id_code", "pass_time")
    outcome = admit(rows, arrival=arrival, names={"idCardNumber": person, "date": time, "projectCode": "Project_ID"})
    for fault in (*faults, *outcome.faults):
        verdict = verdicts[fault.place if fault.place in verdicts else fault.place.rpartition("[")[0]]
        verdict["status"] = "waiting" if fault.waits else "refused"
        verdict["message"] = f"{fault.place}{fault.reason}"
        verdict["detail_message"] = f"{fault.place} {fault.reason_en}"
    receipt.accepted = outcome.accepted
    receipt.refused = len(faults) + len(outcome.refused)
    receipt.waiting = len(outcome.waiting)
    return {"accepted_count": outcome.accepted, "records": list(verdicts.values()), "receipt": receipt.serial}


def all_refused(data: dict[str, Any]) -> Refusal | None:
    """The call's own failure when not one of its records could be used, in the words of the first."""
    first = data["records"][0]
    if any(verdict["status"] != "refused" for verdict in data["records"]):
        return None
    return Refusal(first.get("code", REJECTED), first["message"], first["detail_message"])
