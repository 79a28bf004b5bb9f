"""WorkerContract.Add: labour contracts."""

from typing import Any

from anxin.intake.national.calls import Call, Outcome, identity, in_clear, need_project
from anxin.intake.national.entry_exit import engagement_of, wait
from anxin.intake.national.fields import Fields, at_row
from anxin.intake.national.pictures import attachments, store_files
from anxin.intake.national.replies import EMPTY, OUT_OF_RANGE, Refused, refuse
from anxin.registry import actions

LIST, LIMIT = "contractList", 5
KIND = "contract"


def terms_of(item: Fields) -> dict[str, Any]:
    """Kind of term, days in force and unit price of a contract, as an engagement's columns."""
    begins, ends = item.day("startDate"), item.day("endDate")
    if begins is None:
        raise refuse("startDate", EMPTY, "is missing")
    if ends is not None and ends < begins:
        raise refuse("endDate", "不能小于合同开始日期!", "lies before the contract begins")
    term = item.whole("contractPeriodType", high=99)
    price = item.fen("unitPrice")
    if price is not None and not 0 <= price <= 10**13:
        raise refuse("unitPrice", OUT_OF_RANGE, "is out of range")
    return {
        "contract_kind": "" if term is None else str(term),
        "contract_from": begins,
        "contract_until": ends,
        "contract_unit": item.text("unit", limit=4),
        "unit_price_fen": price,
    }


def terms_of_roster(item: Fields) -> dict[str, Any]:
    """Roster and contract in one, as Henan sends it: the day of signing makes the contract."""
    signed = item.day("signDate")
    return {"contract_from": signed} if signed is not None else {}


def add(call: Call, item: Fields) -> Outcome:
    """Record contracts of workers on the roster; those of others wait for the roster."""
    project = need_project(call, item)
    rows = item.listed(LIST, limit=LIMIT)
    outcome = Outcome()
    for index, row in enumerate([item] if rows is None else rows):
        place = "" if rows is None else f"[{LIST}][{index}]"
        number = ""
        try:
            number, id_type = identity(call, row)
            terms = terms_of(row)
            files = attachments(row, "attachments", 2)
        except Refused as refused:
            outcome.refuse(at_row(place, refused), in_clear(call, row, number), project.code)
            continue
        if files:
            terms["details"] = {"contractAttachments": store_files(files)}
        engagement = engagement_of(project, number, id_type)
        if engagement is None:
            wait(outcome, place=place, project=project, number=number, id_type=id_type, row=terms)
            continue
        actions.engage(project=project, worker=engagement.worker, at=call.at, **terms)
        outcome.accepted += 1
    return outcome
