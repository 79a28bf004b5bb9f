"""The kinds of file that can be brought in, each with its columns and its functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from anxin.intake.bank import tables
from anxin.intake.rows import Arrival
from anxin.intake.sheets import facts, passes, people, places, records, wages
from anxin.intake.sheets.headings import Column
from anxin.intake.sheets.reading import Context, ReadRow, Record

PERSON = ("workerName", "idCardNumber")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of sheet. ``essentials``: a row in which all of these are blank is no data. ``parse`` makes a row's
    item, ``judge`` looks at all rows together, ``take`` writes the good ones (facts go through admission instead)."""

    name: str
    title: str
    title_en: str
    columns: Sequence[Column]
    essentials: tuple[str, ...]
    parse: Callable[[Record, ReadRow, Context], Any]
    judge: Callable[[list[ReadRow], Context], None] | None = None
    take: Callable[[list[ReadRow], Arrival], int] | None = None
    with_days: bool = False

    @property
    def is_fact(self) -> bool:
        """Whether rows are facts for the ledger, so that they may wait for their person or project."""
        return self.take is None


def _facts(name: str, title: str, title_en: str, columns: Sequence[Column], essentials: tuple[str, ...], parse: Any,
           with_days: bool = False) -> Kind:  # fmt: skip
    return Kind(name, title, title_en, columns, essentials, parse, judge=facts.judge, with_days=with_days)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("roster", "工人花名册", "Roster", people.ROSTER, PERSON, people.parse_member, take=people.take_members),
        _facts("attendance", "考勤", "Attendance", passes.COLUMNS, passes.ESSENTIALS, passes.parse, with_days=True),
        _facts("payroll", "工资表", "Wage sheet", wages.COLUMNS, wages.ESSENTIALS, wages.parse),
        Kind("projects", "工程项目", "Projects", places.PROJECTS, ("projectCode", "name"), places.parse_project,
             take=places.take_projects),
        Kind("accounts", "工资专户", "Wage accounts", places.ACCOUNTS, ("accountNo", "projectCode"),
             places.parse_account, take=places.take_accounts),
        Kind("deposits", "工资保证金", "Deposits", places.DEPOSITS, ("form", "amount", "projectCode"),
             places.parse_deposit, take=places.take_deposits),
        _facts("payments", "工资发放结果", "Payout results", tables.PAYMENTS,
               ("payRollBankCardNumber", "idCardNumber", "workerName"), tables.parse_payment),
        _facts("movements", "专户流水", "Account movements", tables.MOVEMENTS, ("bookedOn",), tables.parse_movement),
        _facts("balances", "专户余额", "Account balances", tables.BALANCES, ("account",), tables.parse_balance),
        Kind("entry-exit", "人员进退场", "Entries and exits", people.MOVES, PERSON, people.parse_move,
             judge=people.judge_changes, take=people.take_moves),
        Kind("contracts", "劳动合同", "Contracts", people.CONTRACTS, PERSON, people.parse_contract,
             judge=people.judge_changes, take=people.take_changes),
        Kind("leavers", "退场结算", "Leavers settled and confirmed", people.LEAVERS, PERSON, people.parse_leaver,
             judge=people.judge_changes, take=people.take_changes),
        Kind("boards", "维权信息告示牌", "Notice boards", records.BOARDS, ("projectCode", "postedOn"),
             records.parse_board, take=records.take_boards),
        Kind("clerks", "劳资专管员", "Labour clerks", records.CLERKS, ("clerkName",),
             records.parse_clerk, take=records.take_clerks),
        Kind("pauses", "停工报备", "Approved pauses", records.PAUSES, ("fromOn", "untilOn"),
             records.parse_pause, take=records.take_pauses),
        Kind("inspections", "联合检查", "Joint checks", records.INSPECTIONS, ("doneOn", "projectCode"),
             records.parse_inspection, take=records.take_inspections),
        Kind("reports", "欠薪线索", "Reports of arrears", records.REPORTS, ("number",),
             records.parse_report, take=records.take_reports),
    )
}  # fmt: skip
