"""Project.Add, .Update and .PartUpdate."""

from typing import Any

from anxin.intake.national.calls import Call, Outcome, find_project, need_project, own_projects
from anxin.intake.national.corp import area_of, company
from anxin.intake.national.fields import Fields
from anxin.intake.national.keeping import keep, opened, resealed, sealed_with
from anxin.intake.national.replies import NO_ACCESS, NOT_OWN, refuse
from anxin.people.access import region_prefix
from anxin.registry import actions
from anxin.registry.models import Project
from anxin.vault.fields import blind

NAMES = (
    "projectCode", "contractorCorpCode", "contractorCorpName", "name", "description", "category", "buildCorpName",
    "buildCorpCode", "builderLicenses", "buildPlanNum", "prjPlanNum", "areaCode", "invest", "buildingArea",
    "buildingLength", "startDate", "completeDate", "linkMan", "linkPhone", "prjStatus", "lat", "lng", "address",
    "approvalNum", "approvalLevelNum", "prjSize", "propertyNum", "functionNum", "nationNum", "thirdPartyProjectCode",
)  # fmt: skip
_OWN_COLUMNS = (
    "projectCode", "contractorCorpCode", "contractorCorpName", "name", "category", "areaCode", "districtcCode",
    "invest", "startDate", "completeDate", "linkMan", "linkPhone", "prjStatus", "gcProcess", "lat", "lng", "address",
    "builderLicenses", "builderLicenseNum", "buildCorpCode", "buildCorpName",
)  # fmt: skip
STATUS = {1: "preparing", 2: "approved", 3: "active", 4: "completed", 5: "suspended", 6: "completed"}
STATUS_CODE = {"preparing": "001", "approved": "002", "active": "003", "completed": "004", "suspended": "005"}
_STATUS_BY_NAME = {"筹备": 1, "立项": 2, "在建": 3, "完工": 4, "停工": 5, "竣工": 6}
_HENAN_STATUS = {1: 3, 2: 4, 3: 5}


def _status(item: Fields) -> str | None:
    raw = item.text("prjStatus", limit=8)
    if raw:
        found = _STATUS_BY_NAME.get(raw) or (int(raw) if raw.isascii() and raw.isdigit() else 0)
        if found not in STATUS:
            raise refuse("prjStatus", "参数值不正确,请参见项目状态字典表!", "is not a project status (001–005)")
        return STATUS[found]
    process = item.whole("gcProcess")
    return STATUS.get(_HENAN_STATUS.get(process, 0)) if process is not None else None


def _licences(call: Call, item: Fields) -> list[dict[str, str]]:
    """Construction permits with their numbers in clear."""
    rows = item.rows("builderLicenses", limit=50) or []
    if not rows and item.text("builderLicenseNum", limit=1000):
        rows = [item]
    return [
        {"prjName": row.text("prjName"), "builderLicenseNum": opened(call, row.text("builderLicenseNum", limit=1000))}
        for row in rows
    ]


def _licence_key(number: str) -> str:
    """Name in ``details`` under which a permit is found again without being readable."""
    return "licence_" + blind("licence", number).hex()


def _columns(call: Call, item: Fields, known: Project | None) -> dict[str, Any]:
    category = item.text("category", limit=4)
    invest = item.fen("invest", unit=1_000_000)
    if invest is not None and invest < 0:
        raise refuse("invest", "不能为负数!", "is negative")
    plain, private = keep(call, item, skip=_OWN_COLUMNS, names=NAMES)
    licences = _licences(call, item)
    if licences:
        private["builderLicenses"] = licences
        plain |= {_licence_key(row["builderLicenseNum"]): 1 for row in licences if row["builderLicenseNum"]}
    return {
        "name": item.text("name"),
        "region_code": area_of(item, "areaCode", "districtcCode"),
        "address": item.text("address", limit=300),
        "category": category.zfill(2) if category.isdigit() else "",
        "status": _status(item),
        "started_on": item.day("startDate"),
        "completed_on": item.day("completeDate"),
        "invest_fen": invest,
        "contact_name": item.text("linkMan", limit=64),
        "contact_phone_sealed": resealed(
            known.contact_phone_sealed if known else None, item.text("linkPhone", limit=40)
        ),
        "lat": item.number("lat", low=-90, high=90),
        "lng": item.number("lng", low=-180, high=180),
        "details": plain,
        "sealed_details": sealed_with(known.sealed_details if known else None, private),
    }


def _known(call: Call, item: Fields) -> tuple[str, Project | None]:
    """The project a Project.Add speaks of: by code, by the sender's own code, by permit, by contractor and name."""
    if call.sender.project_id is not None or item.text("projectCode", limit=64):
        return find_project(call, item)
    mine = own_projects(call.sender).select_related("contractor").order_by("id")
    third, contractor = item.text("thirdPartyProjectCode"), item.text("contractorCorpCode", limit=32)
    if third:
        same = mine.filter(details__thirdPartyProjectCode=third)
        if contractor:
            same = same.filter(contractor__code=contractor)
        found = same.first()
        return (found.code, found) if found else ("", None)
    name = item.text("name")
    for licence in _licences(call, item):
        found = mine.filter(details__has_key=_licence_key(licence["builderLicenseNum"])).first()
        if found and (not name or found.name == name):
            return found.code, found
    if name and contractor:
        found = mine.filter(name=name, contractor__code=contractor).first()
        return (found.code, found) if found else ("", None)
    return "", None


def _issue_code(call: Call, area: str) -> str:
    """A new project code: region, month, running number — sixteen digits, so it never looks like a person's."""
    start = f"{area}{call.today:%Y%m}"
    last = Project.objects.filter(code__startswith=start, code__regex=r"^\d{16}$").order_by("-code").first()
    return f"{start}{int(last.code[12:]) + 1 if last else 1:04d}"


def _save(call: Call, item: Fields, code: str, known: Project | None) -> Project:
    columns = _columns(call, item, known)
    contractor = company(call, item, code_name="contractorCorpCode", name_name="contractorCorpName")
    developer = company(call, item, code_name="buildCorpCode", name_name="buildCorpName")
    project, _ = actions.upsert_project(
        code=code, at=call.at, on=call.today, source=call.source, contractor=contractor, developer=developer, **columns
    )
    return project


def add(call: Call, item: Fields) -> Outcome:
    """Register a project; the code comes back in the asynchronous result. Sent again, it corrects."""
    code, known = _known(call, item)
    if known is None:
        if not item.text("name") and item.text("builderLicenseNum", limit=1000):
            raise refuse(
                "builderLicenseNum", "未查询到对应项目,请上报项目全部信息!", "belongs to no project known here"
            )
        item.need("name")
        area = area_of(item, "areaCode", "districtcCode") or item.need("areaCode")
        bound = call.sender.region_code
        if bound and not area.startswith(region_prefix(bound)):
            raise refuse("areaCode", NOT_OWN, "is outside this sender's region", code=NO_ACCESS)
        code = code or _issue_code(call, area)
    project = _save(call, item, code, known)
    return Outcome(accepted=1, result={"projectCode": project.code})


def update(call: Call, item: Fields) -> Outcome:
    """Correct a project; PartUpdate is the same with fewer fields."""
    project = need_project(call, item)
    bound = call.sender.region_code
    area = area_of(item, "areaCode", "districtcCode")
    if area and bound and not area.startswith(region_prefix(bound)):
        raise refuse("areaCode", NOT_OWN, "is outside this sender's region", code=NO_ACCESS)
    _save(call, item, project.code, project)
    return Outcome(accepted=1, result={"projectCode": project.code})
