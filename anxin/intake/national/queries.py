"""Query methods over the registry. Only the sender's own projects; personal numbers encrypted with its own secret."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from anxin.intake.national import control, signing
from anxin.intake.national import corp as corp_fields
from anxin.intake.national import project as project_fields
from anxin.intake.national.calls import Call, id_type_of, need_project, own_projects, plain
from anxin.intake.national.fields import Fields
from anxin.intake.national.keeping import ENCRYPTED, unsealed
from anxin.intake.national.paging import page
from anxin.intake.national.participation import link_name
from anxin.intake.national.replies import refuse
from anxin.intake.sheets import codes
from anxin.registry import actions
from anxin.registry.models import (
    AccountUse,
    Engagement,
    Enterprise,
    EntryExit,
    Participation,
    Project,
    Team,
    Training,
    Worker,
)
from anxin.vault.fields import open_text


def day(value: date | None) -> str | None:
    """yyyy-MM-dd."""
    return value.isoformat() if value else None


def yuan(fen: int | None) -> float | None:
    """Fen as a decimal number of yuan."""
    return None if fen is None else fen / 100


def closed(call: Call, value: str) -> str | None:
    """A personal value under the caller's own secret."""
    return signing.encrypt(value, call.secret) if value else None


def one(value: bool | None) -> int | None:
    """A yes or no as 1 or 0."""
    return None if value is None else int(value)


# What a terminal's platform told of the same person (protocol §2.8), under its own names.
_TOLD_ELSEWHERE = {"nation": "emp_nation", "grantorg": "id_agency", "expirydate": "id_validdate"}


def extras(call: Call, row: Any, names: Iterable[str]) -> dict[str, Any]:
    """What the sender told us of a row under the protocol's names, null where it told nothing."""
    known = {**row.details, **unsealed(getattr(row, "sealed_details", b""))}
    by_name = {name.lower(): value for name, value in known.items()}
    for name, other in _TOLD_ELSEWHERE.items():
        if by_name.get(name) in (None, ""):
            by_name[name] = by_name.get(other)
    found = {name: by_name.get(name.lower()) for name in names}
    return {
        name: closed(call, str(value)) if name.lower() in ENCRYPTED and value else value
        for name, value in found.items()
    }


def person_filter(call: Call, item: Fields) -> bytes | None:
    """Look-up value of the person a query asks for, None when it asks for all."""
    number = plain(call, item, "idCardNumber", "idNumber")
    return actions.identity_blind(number, id_type_of(item)) if number else None


def corp_filter(rows: QuerySet[Any], item: Fields, path: str = "enterprise__") -> QuerySet[Any]:
    """Rows of the company a query names."""
    code, name = item.text("corpCode", limit=32), item.text("corpName")
    rows = rows.filter(**{path + "code": code}) if code else rows
    return rows.filter(**{path + "name__contains": name}) if name and not code else rows


def nothing(call: Call, item: Fields) -> dict[str, Any]:
    """Records that a wage platform does not keep: an empty page."""
    return page(item, [], dict)


def corps(call: Call, item: Fields) -> dict[str, Any]:
    """Corp.Query: companies of the sender's projects; any other by its code, without personal numbers."""
    mine = own_projects(call.sender)
    near = Q(participations__project__in=mine) | Q(contracted_projects__in=mine) | Q(developed_projects__in=mine)
    code = item.text("corpCode", limit=32)
    rows = Enterprise.objects.filter(Q(code=code) if code else near).distinct().order_by("code")
    if not code:
        rows = corp_filter(rows, item, "")
    seen = set(Enterprise.objects.filter(near, code=code).values_list("pk", flat=True)) if code else None

    def row(found: Enterprise) -> dict[str, Any]:
        told = extras(call, found, corp_fields.NAMES)
        if seen is not None and found.pk not in seen:
            hidden = ("legalManIDCardNumber", "linkTel", "officePhone", "email", "faxNumber")
            told |= dict.fromkeys(hidden, None)
        return told | {"corpCode": found.code, "corpName": found.name, "areaCode": found.region_code or None}

    return page(item, rows, row)


def projects(call: Call, item: Fields) -> dict[str, Any]:
    """Project.Query; with a requestSerialCode, the project which that call registered (Fujian)."""
    rows = own_projects(call.sender).select_related("contractor", "developer").order_by("code")
    code = item.text("projectCode", limit=64)
    asked = item.text("requestSerialCode", limit=64)
    if asked:
        opened = control.result_opened(call, item)["result"]
        code = opened.get("projectCode", "") if isinstance(opened, dict) else ""
        rows = rows if code else rows.none()
    if code:
        rows = rows.filter(code=code)
    contractor, name = item.text("contractorCorpCode", limit=32), item.text("contractorCorpName")
    rows = rows.filter(contractor__code=contractor) if contractor else rows
    rows = rows.filter(contractor__name__contains=name) if name and not contractor else rows

    def row(found: Project) -> dict[str, Any]:
        told = extras(call, found, project_fields.NAMES)
        licences = [
            {**licence, "builderLicenseNum": closed(call, licence.get("builderLicenseNum", ""))}
            for licence in told.pop("builderLicenses") or []
        ]
        phone = open_text(found.contact_phone_sealed) or None
        return told | {
            "projectCode": found.code,
            "name": found.name,
            "contractorCorpCode": found.contractor.code if found.contractor else None,
            "contractorCorpName": found.contractor.name if found.contractor else None,
            "buildCorpCode": found.developer.code if found.developer else None,
            "buildCorpName": found.developer.name if found.developer else None,
            "builderLicenses": licences,
            "areaCode": found.region_code,
            "category": found.category or None,
            "invest": None if found.invest_fen is None else found.invest_fen / 1_000_000,
            "startDate": day(found.started_on),
            "completeDate": day(found.completed_on),
            "linkman": found.contact_name or None,
            "linkMan": found.contact_name or None,
            "linkPhone": phone,
            "prjStatus": project_fields.STATUS_CODE.get(found.status),
            "lat": found.lat,
            "lng": found.lng,
            "address": found.address or None,
        }

    answer = page(item, rows, row)
    if asked and answer["rows"]:
        answer |= {"requestSerialCode": asked, "projectCode": code}
    return answer


def participations(call: Call, item: Fields) -> dict[str, Any]:
    """ProjectSubContractor.Query."""
    project = need_project(call, item)
    rows = Participation.objects.select_related("enterprise").filter(project=project).order_by("id")
    uses = AccountUse.objects.select_related("account").filter(project=project, closed_on=None)
    numbered = [(use, open_text(use.account.number_sealed)) for use in uses]

    def row(found: Participation) -> dict[str, Any]:
        told = extras(call, found, ("pmIDCardType", "pmIDCardNumber", "pmPhone"))
        banks = [
            {
                "bankCode": use.account.bank_code or None,
                "bankName": use.account.bank_name or None,
                "bankNumber": closed(call, number),
                "bankLinkNumber": found.details.get(link_name(number)),
            }
            for use, number in numbered
            if use.enterprise_id == found.enterprise_id
        ]
        return told | {
            "projectCode": project.code,
            "corpCode": found.enterprise.code,
            "corpName": found.enterprise.name,
            "corpType": found.role or None,
            "entryTime": f"{found.entered_on} 00:00:00" if found.entered_on else None,
            "exitTime": f"{found.left_on} 00:00:00" if found.left_on else None,
            "bankInfos": banks,
            "pmName": found.manager_name or None,
        }

    return page(item, corp_filter(rows, item), row)


def teams(call: Call, item: Fields) -> dict[str, Any]:
    """Team.Query."""
    project = need_project(call, item)
    rows = Team.objects.select_related("enterprise").filter(project=project).order_by("number")
    number, name = item.team_number(), item.text("teamName", limit=100)
    rows = rows.filter(number=number) if number is not None else rows
    rows = rows.filter(name=name) if name else rows
    names = (
        "teamLeaderName", "teamLeaderPhone", "teamLeaderIDCardType", "teamLeaderIDNumber", "responsiblePersonName",
        "responsiblePersonPhone", "responsiblePersonIDCardType", "responsiblePersonIDNumber", "remark",
    )  # fmt: skip

    def row(found: Team) -> dict[str, Any]:
        return extras(call, found, names) | {
            "teamSysNo": found.number,
            "projectCode": project.code,
            "corpCode": found.enterprise.code,
            "corpName": found.enterprise.name,
            "teamName": found.name,
            "entryTime": day(found.entered_on),
            "exitTime": day(found.left_on),
            "entryAttachments": [],
            "exitAttachments": [],
        }

    return page(item, corp_filter(rows, item), row)


def _engagements(call: Call, item: Fields, project: Project) -> QuerySet[Engagement]:
    rows = Engagement.objects.select_related("worker", "enterprise", "team").filter(project=project).order_by("id")
    person, number = person_filter(call, item), item.team_number()
    rows = rows.filter(worker__id_blind=person) if person else rows
    rows = rows.filter(team__number=number) if number is not None else rows
    return corp_filter(rows, item)


def who(call: Call, engagement: Engagement | None, worker: Worker, project: Project) -> dict[str, Any]:
    """Project, company, team and person of a row."""
    team = engagement.team if engagement else None
    enterprise = engagement.enterprise if engagement else None
    return {
        "projectCode": project.code,
        "corpCode": enterprise.code if enterprise else None,
        "corpName": enterprise.name if enterprise else None,
        "teamSysNo": team.number if team else None,
        "teamName": team.name if team else None,
        "idCardType": worker.id_type,
        "idCardNumber": closed(call, open_text(worker.id_sealed)),
    }


_PERSON = ("nation", "address", "grantOrg", "startDate", "expiryDate", "politicsType", "cultureLevelType")


def _person(call: Call, worker: Worker) -> dict[str, Any]:
    return extras(call, worker, _PERSON) | {
        "workerName": worker.name,
        "gender": worker.gender or None,
        "birthday": day(worker.born_on),
        "cellPhone": open_text(worker.phone_sealed) or None,
    }


def workers(call: Call, item: Fields) -> dict[str, Any]:
    """ProjectWorker.Query."""
    project = need_project(call, item)

    def row(found: Engagement) -> dict[str, Any]:
        told = extras(call, found, ("issueCardDate", "cardNumber", "bankLinkNumber"))
        return (
            _person(call, found.worker)
            | told
            | who(call, found, found.worker, project)
            | {
                "isTeamLeader": one(found.is_leader),
                "workType": found.trade or None,
                "workRole": int(found.role) if found.role.isdigit() else found.role,
                "entryTime": day(found.entered_on),
                "exitTime": day(found.left_on),
                "payRollBankCardNumber": closed(call, open_text(found.card_sealed)),
                "payRollBankName": found.bank_name or None,
                "payRollTopBankCode": found.bank_code or None,
                "payRollTopBankName": codes.tables()["bank"].get(found.bank_code),
                # Pictures and papers are evidence and are not handed out here; strict clients want the names.
                "entryAttachmentUrl": None,
                "exitAttachmentUrl": None,
                "issueCardPicUrl": None,
                "headImage": None,
                "hasContract": int(found.contract_from is not None),
                "hasBuyInsurance": one(found.insured),
            }
        )

    return page(item, _engagements(call, item, project), row)


def people(call: Call, item: Fields) -> dict[str, Any]:
    """Worker.Query: a person who is, or was, on one of the sender's projects."""
    person = person_filter(call, item)
    if person is None:
        raise refuse("idCardNumber", "不能为空!", "is missing")
    rows = Worker.objects.filter(id_blind=person, engagements__project__in=own_projects(call.sender)).distinct()

    def row(found: Worker) -> dict[str, Any]:
        return _person(call, found) | {
            "idCardType": found.id_type,
            "idCardNumber": closed(call, open_text(found.id_sealed)),
        }

    return page(item, rows.order_by("id"), row)


def entry_exits(call: Call, item: Fields) -> dict[str, Any]:
    """WorkerEntryExit.Query."""
    project = need_project(call, item)
    engaged = {e.worker_id: e for e in _engagements(call, item, project)}
    rows = EntryExit.objects.select_related("worker").filter(project=project).order_by("on", "id")
    if len(engaged) < Engagement.objects.filter(project=project).count():
        rows = rows.filter(worker__in=_engagements(call, item, project).values("worker"))
    out = call.setting("entry_exit_out", "0")

    def row(found: EntryExit) -> dict[str, Any]:
        return who(call, engaged.get(found.worker_id), found.worker, project) | {
            "date": day(found.on),
            "type": 1 if found.kind == "in" else int(out),
            "voucher": None,
        }

    return page(item, rows, row)


def contracts(call: Call, item: Fields) -> dict[str, Any]:
    """WorkerContract.Query."""
    project = need_project(call, item)
    rows = _engagements(call, item, project).exclude(contract_from=None)

    def row(found: Engagement) -> dict[str, Any]:
        kind = found.contract_kind
        return who(call, found, found.worker, project) | {
            "contractPeriodType": int(kind) if kind.isdigit() else None,
            "startDate": day(found.contract_from),
            "endDate": day(found.contract_until),
            "unit": int(found.contract_unit) if found.contract_unit.isdigit() else None,
            "unitPrice": yuan(found.unit_price_fen),
            "attachments": [],
        }

    return page(item, rows, row)


def trainings(call: Call, item: Fields) -> dict[str, Any]:
    """ProjectTraining.Query."""
    project = need_project(call, item)
    rows = Training.objects.filter(project=project).order_by("held_on", "id")
    held_on, kind = item.day("trainingDate"), item.text("typeCode", "trainingTypeCode", limit=8)
    rows = rows.filter(held_on=held_on) if held_on else rows
    rows = rows.filter(kind=kind) if kind else rows

    def row(found: Training) -> dict[str, Any]:
        ids = {p["worker"] for p in found.participants}
        known = {w.pk: w for w in Worker.objects.filter(pk__in=ids)}
        told = extras(call, found, ("trainer", "trainingOrg", "trainingAddress", "description"))
        return told | {
            "projectCode": project.code,
            "trainingDate": day(found.held_on),
            "trainingDuration": found.hours,
            "trainingName": found.name,
            "trainingTypeCode": found.kind,
            "attachments": [],
            "workers": [
                {
                    "idCardType": known[p["worker"]].id_type,
                    "idCardNumber": closed(call, open_text(known[p["worker"]].id_sealed)),
                    "isPass": one(p["passed"]),
                    "trainingScore": p["score"],
                }
                for p in found.participants
                if p["worker"] in known
            ],
        }

    return page(item, rows, row)
