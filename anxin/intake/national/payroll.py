"""Payroll.Add: wage sheets."""

import dataclasses
import hashlib
from datetime import date

from anxin.intake import held
from anxin.intake.admit import admit
from anxin.intake.national.calls import Call, Outcome, find_project, identity, in_clear, plain
from anxin.intake.national.fields import Fields, at_row
from anxin.intake.national.pictures import attachments, store_files
from anxin.intake.national.replies import EMPTY, MALFORMED, Refused, refuse
from anxin.intake.national.worker import already
from anxin.intake.rows import Fault, PayrollRow
from anxin.law.civil import first_day

LIST, LIMIT = "detailList", 20
KIND = "payroll"


def payroll_code(project_code: str, team_no: int | None, sheet: str) -> str:
    """The number under which a sender finds a sheet again; the same sheet has the same number."""
    return hashlib.sha256(f"{project_code}|{team_no or ''}|{sheet}".encode()).hexdigest()[:20].upper()


def pay_month(item: Fields, today: date) -> str:
    """The month of a sheet, which cannot lie ahead."""
    month = item.month("payMonth")
    if month is None:
        raise refuse("payMonth", EMPTY, "is missing")
    if first_day(month) > today:
        raise refuse("payMonth", "不能大于今天!", "lies in the future")
    return month


def _line(
    call: Call, row: Fields, *, place: str, project_code: str, team_no: int | None, month: str, sheet: str
) -> PayrollRow:
    number, id_type = identity(call, row)
    due = row.fen("totalPayAmount")
    if due is None:
        raise refuse("totalPayAmount", EMPTY, "is missing")
    back_pay = row.flag("isBackPay") or False
    made_good = row.month("backPayMonth") if back_pay else None
    card = "".join(plain(call, row, "payRollBankCardNumber").split())
    if card and not card.isalnum():
        raise refuse("payRollBankCardNumber", MALFORMED, "is not a card number")
    third = row.text("thirdPayRollCode", limit=80)
    return PayrollRow(
        place=place,
        project_code=project_code,
        id_number=number,
        id_type=id_type,
        month=made_good or month,
        sheet=f"{sheet}:{third}",
        due_fen=due,
        paid_fen=row.fen("actualAmount") or 0,
        team_no=team_no,
        days=row.number("days", high=31),
        hours=row.number("workHours", high=744),
        back_pay=back_pay,
        paid_on=row.day("balanceDate"),
        card_number=card,
        bank_code=row.text("payRollBankCode", limit=12),
    )


def _in_its_words(fault: Fault, row: PayrollRow | None) -> Fault:
    """A worker who is not on the roster, in the words the national platform uses for wage sheets."""
    if not fault.waits or row is None or not fault.place.endswith("[idCardNumber]"):
        return fault
    person = already(row.id_number).removeprefix("项目中已存在").removesuffix("的工人")
    return dataclasses.replace(
        fault, reason=f"项目中不存在{person}的工人信息,不允许上传该工人的工资发放信息!已暂存,花名册补报后自动入账!"
    )


def add(call: Call, item: Fields) -> Outcome:
    """Take a wage sheet's lines; the same line again replaces the one before."""
    project_code, project = find_project(call, item)
    month = pay_month(item, call.today)
    team_no = item.team_number()
    rows = item.listed(LIST, limit=LIMIT)
    files = attachments(item, "attachments", 5)
    outcome, lines = Outcome(), []
    for index, row in enumerate([item] if rows is None else rows):
        place = "" if rows is None else f"[{LIST}][{index}]"
        try:
            lines.append(
                _line(call, row, place=place, project_code=project_code, team_no=team_no, month=month, sheet=month)
            )
        except Refused as refused:
            outcome.refuse(at_row(place, refused), in_clear(call, row), project_code)
    unread = list(outcome.faults)
    if unread:
        held.hold(kind=KIND, faults=unread, arrival=call.arrival(), project=project)
    by_place = {line.place: line for line in lines}
    admission = admit(lines, arrival=call.arrival())
    outcome.faults += [_in_its_words(f, by_place.get(f.place.rpartition("[")[0])) for f in admission.faults]
    outcome.accepted = admission.accepted
    sheets = sorted({line.sheet for line in lines})
    kept = {"attachments": store_files(files)} if files else {}
    outcome.result = [{"payrollCode": payroll_code(project_code, team_no, sheet), **kept} for sheet in sheets]
    return outcome
