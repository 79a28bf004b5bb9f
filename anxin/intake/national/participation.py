"""ProjectSubContractor.Add and .Update: companies in a project, and the wage account they bring (bankInfos)."""

from datetime import date

from anxin.intake.national.calls import Call, Outcome, need_project
from anxin.intake.national.corp import company
from anxin.intake.national.fields import Fields, at_row
from anxin.intake.national.keeping import keep, opened, sealed_with
from anxin.intake.national.replies import MALFORMED, Refused, refuse
from anxin.registry import actions
from anxin.registry.models import Enterprise, Participation, Project
from anxin.vault.fields import blind

NAMES = (
    "projectCode", "corpCode", "corpName", "corpType", "entryTime", "exitTime", "bankInfos", "pmName",
    "pmIDCardType", "pmIDCardNumber", "pmPhone",
)  # fmt: skip
CONTRACTOR, DEVELOPER = "009", "008"
ALREADY = "参建单位已存在"


def link_name(number: str) -> str:
    """Under which name a company's ``details`` keep the interbank number (联号) of its account with this number."""
    return "bankLink_" + blind("account", number).hex()


def dates_of(call: Call, item: Fields) -> tuple[date | None, date | None]:
    """Entry and exit of a company or a team; an exit lies in the past."""
    entered, left = item.day("entryTime"), item.day("exitTime")
    if left is not None and left > call.today:
        raise refuse("exitTime", "最晚为当前时间!", "lies in the future")
    return entered, left


def _accounts(call: Call, item: Fields, project: Project, company: Enterprise, outcome: Outcome) -> None:
    """The wage accounts of ``bankInfos``: the only place where the protocol carries them."""
    links: dict[str, str] = {}
    for index, row in enumerate(item.rows("bankInfos", limit=20) or []):
        try:
            row.need("bankNumber", limit=1000)
            number = "".join(opened(call, row.text("bankNumber", limit=1000)).split())
            if not (number.isascii() and number.replace("-", "").isalnum() and 6 <= len(number) <= 40):
                raise refuse("bankNumber", MALFORMED, "is not an account number")
        except Refused as refused:
            outcome.refuse(at_row(f"[bankInfos][{index}]", refused), row, project.code)
            continue
        if row.text("bankLinkNumber", limit=32):
            links[link_name(number)] = row.text("bankLinkNumber", limit=32)
        actions.record_account(
            project=project,
            number=number,
            on=call.today,
            at=call.at,
            enterprise=company,
            holder=company.name,
            bank_code=row.text("bankCode", limit=12),
            bank_name=row.text("bankName"),
        )
    if links:
        actions.upsert_participation(project=project, enterprise=company, at=call.at, details=links)


def _save(call: Call, item: Fields, *, correct: bool) -> Outcome:
    project = need_project(call, item)
    item.need("corpCode", "socialCreditCode", limit=32)
    entered, left = dates_of(call, item)
    role = item.text("corpType", "builderType", limit=4)
    role = role.zfill(3) if role.isdigit() else role
    enterprise = company(call, item)
    assert enterprise is not None
    known = Participation.objects.filter(project=project, enterprise=enterprise).first()
    outcome = Outcome(accepted=1)
    if known is not None and not correct:
        outcome.accepted, outcome.already = 0, [ALREADY]
    else:
        plain, private = keep(
            call, item, skip=("projectCode", "corpCode", "corpName", "corpType", "bankInfos"), names=NAMES
        )
        actions.upsert_participation(
            project=project,
            enterprise=enterprise,
            at=call.at,
            role=role,
            entered_on=entered,
            left_on=left,
            manager_name=item.text("pmName", "projectManager", limit=64),
            details=plain,
            sealed_details=sealed_with(known.sealed_details if known else None, private),
        )
    if role == CONTRACTOR and project.contractor_id is None:
        actions.upsert_project(code=project.code, at=call.at, on=call.today, source=call.source, contractor=enterprise)
    elif role == DEVELOPER and project.developer_id is None:
        actions.upsert_project(code=project.code, at=call.at, on=call.today, source=call.source, developer=enterprise)
    _accounts(call, item, project, enterprise, outcome)
    return outcome


def add(call: Call, item: Fields) -> Outcome:
    """Record a company's part; a second time it is there already, but the accounts it brings are taken."""
    return _save(call, item, correct=False)


def update(call: Call, item: Fields) -> Outcome:
    """Correct a company's part."""
    return _save(call, item, correct=True)
