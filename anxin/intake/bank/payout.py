"""The payout file for the bank: what is still to be paid of a month's accepted wage sheets.

Two forms of the same lines: ISO 20022 ``pain.001.001.09`` (one PmtInf an account and month, EndToEndId a line's id,
category SALA, the month in RmtInf, accounts in Othr/Id) and a table. Only here are cards written in full; the caller
records the look. Money is fen.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyiso20022.pain.pain_001_001_09 as pain
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDate, XmlDateTime

from anxin.intake.sheets.disarming import disarmed
from anxin.law.civil import SHANGHAI
from anxin.ledger import read
from anxin.registry.models import AccountUse, Engagement, Project
from anxin.vault.fields import open_text

HEADINGS = ("序号", "账号", "户名", "开户银行", "金额", "币种", "备注")
# Why somebody on the sheet is not in the file.
LEFT_OUT = ("no_card", "card_differs", "card_shared", "gone")
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@dataclass(frozen=True, slots=True, repr=False)
class PayoutLine:
    """One payment. ``end_to_end`` is the line's id: project, month, worker and attempt; the bank returns it."""

    end_to_end: str
    worker_id: int
    name: str
    card: str
    bank: str
    bank_code: str
    amount_fen: int
    account_id: int


@dataclass(frozen=True, slots=True)
class Account:
    """A wage account that pays. ``number`` stays sealed until the file is written."""

    account_id: int
    number_sealed: bytes
    holder: str
    bank: str
    bank_code: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody the file cannot pay, and why (one of ``LEFT_OUT``)."""

    worker_id: int
    name: str
    amount_fen: int
    why: str


@dataclass(frozen=True)
class Payout:
    """A month's payments by account, who is left out, and how many are paid already."""

    project: Project
    month: str
    accounts: tuple[Account, ...]
    lines: tuple[PayoutLine, ...]
    left_out: tuple[LeftOut, ...]
    paid_already: int

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def payout_of(project: Project, *, month: str) -> Payout:
    """What of a month is still to be paid, to the workers' own cards as the roster has them.

    A sheet that tells what it pays is followed, else what it says is due. What is paid already is taken off: by the
    bank's word where it spoke of the worker, else by sheets that name the day they paid on.
    A card that the sheet and the roster do not agree on, or that several people share, pays nobody: Art. 31 asks for
    the worker's own account.
    """
    wanted: dict[int, int] = defaultdict(int)
    by_sheet: Counter[int] = Counter()
    tokens: dict[int, set[str]] = defaultdict(set)
    for row in read.payroll(project_id=project.pk, month=month).to_pylist():
        wanted[row["worker_id"]] += row["paid_fen"] or row["due_fen"] or 0
        by_sheet[row["worker_id"]] += row["paid_fen"] or 0 if row["paid_on"] else 0
        if row["card_token"]:
            tokens[row["worker_id"]].add(row["card_token"])
    paid: Counter[int] = Counter()
    failures: Counter[int] = Counter()
    for row in read.payments(project_id=project.pk, month=month).to_pylist():
        if row["status"] == "paid":
            paid[row["worker_id"]] += row["amount_fen"]
        else:
            failures[row["worker_id"]] += 1
    roster = {one.worker_id: one for one in Engagement.objects.filter(project=project).select_related("worker")}
    holders = Counter(one.card_token for one in roster.values() if one.card_token)
    uses = list(
        project.account_uses.filter(closed_on=None)
        .select_related("account", "enterprise")
        .order_by("uploaded_on", "id")
    )
    lines, left_out, done = [], [], 0
    for worker, amount in sorted(wanted.items()):
        bank_spoke = worker in paid or worker in failures
        rest = amount - (paid[worker] if bank_spoke else by_sheet[worker])
        if rest <= 0:
            done += bool(amount)
            continue
        one = roster.get(worker)
        why = _why_not(one, tokens[worker], holders)
        if one is None or why:
            left_out.append(LeftOut(worker, one.worker.name if one else "", rest, why))
        elif uses:
            lines.append(_line(project, month, one, rest, failures[worker] + 1, _account_for(one, uses)))
    return Payout(project, month, _accounts(uses, lines), tuple(lines), tuple(left_out), done)


def _why_not(one: Engagement | None, tokens: set[str], holders: Mapping[str, int]) -> str:
    if one is None:
        return "gone"
    if not one.card_token or not one.card_sealed:
        return "no_card"
    if tokens - {one.card_token}:
        return "card_differs"
    return "card_shared" if holders[one.card_token] > 1 else ""


def _account_for(one: Engagement, uses: Sequence[AccountUse]) -> AccountUse:
    """The account of the worker's company where it has one of its own, else the project's first."""
    return next((use for use in uses if use.enterprise_id and use.enterprise_id == one.enterprise_id), uses[0])


def _line(project: Project, month: str, one: Engagement, amount: int, attempt: int, use: AccountUse) -> PayoutLine:
    again = f"-{attempt}" if attempt > 1 else ""
    return PayoutLine(
        end_to_end=f"AX{project.pk}-{month.replace('-', '')}-{one.worker_id}{again}"[:35],
        worker_id=one.worker_id,
        name=one.worker.name,
        card=open_text(one.card_sealed),
        bank=one.bank_name,
        bank_code=one.bank_code,
        amount_fen=amount,
        account_id=use.account_id,
    )


def _accounts(uses: Sequence[AccountUse], lines: Sequence[PayoutLine]) -> tuple[Account, ...]:
    used = {line.account_id for line in lines}
    return tuple(
        Account(
            account_id=use.account_id,
            number_sealed=bytes(use.account.number_sealed),
            holder=use.account.holder or (use.enterprise.name if use.enterprise else ""),
            bank=use.account.bank_name,
            bank_code=use.account.bank_code,
        )
        for use in uses
        if use.account_id in used
    )


def pain001(payout: Payout, *, at: datetime, execute_on: date) -> bytes:
    """The file as pain.001.001.09, UTF-8. Raises ValueError when there is nothing to pay."""
    if not payout.lines:
        raise ValueError("There is nothing to pay.")
    moment = at.astimezone(SHANGHAI).replace(microsecond=0)
    name = _text(payout.project.contractor.name if payout.project.contractor else payout.project.name)
    document = pain.Document(
        cstmr_cdt_trf_initn=pain.CustomerCreditTransferInitiationV09(
            grp_hdr=pain.GroupHeader85(
                msg_id=_message_id(payout, moment),
                cre_dt_tm=XmlDateTime.from_datetime(moment),
                nb_of_txs=str(len(payout.lines)),
                ctrl_sum=_yuan(payout.total_fen),
                initg_pty=pain.PartyIdentification135(nm=name),
            ),
            pmt_inf=[_payment(payout, account, execute_on, name) for account in payout.accounts],
        )
    )
    writer = XmlSerializer(config=SerializerConfig(xml_declaration=True, encoding="UTF-8", indent="  "))
    return writer.render(document, ns_map={None: _NAMESPACE}).encode()


def _message_id(payout: Payout, moment: datetime) -> str:
    return f"AX{payout.project.pk}-{payout.month.replace('-', '')}-{moment:%Y%m%d%H%M%S}"[:35]


def _payment(payout: Payout, account: Account, execute_on: date, name: str) -> Any:
    lines = [line for line in payout.lines if line.account_id == account.account_id]
    return pain.PaymentInstruction30(
        pmt_inf_id=f"AX{payout.project.pk}-{payout.month.replace('-', '')}-A{account.account_id}"[:35],
        pmt_mtd=pain.PaymentMethod3Code.TRF,
        btch_bookg=False,
        nb_of_txs=str(len(lines)),
        ctrl_sum=_yuan(sum(line.amount_fen for line in lines)),
        pmt_tp_inf=pain.PaymentTypeInformation26(ctgy_purp=pain.CategoryPurpose1Choice(cd="SALA")),
        reqd_exctn_dt=pain.DateAndDateTime2Choice(dt=XmlDate.from_date(execute_on)),
        dbtr=pain.PartyIdentification135(nm=_text(account.holder) or name),
        dbtr_acct=_cash_account(open_text(account.number_sealed)),
        dbtr_agt=_bank(account.bank, account.bank_code),
        cdt_trf_tx_inf=[_transfer(line, payout.month) for line in lines],
    )


def _transfer(line: PayoutLine, month: str) -> Any:
    return pain.CreditTransferTransaction34(
        pmt_id=pain.PaymentIdentification6(end_to_end_id=line.end_to_end),
        amt=pain.AmountType4Choice(
            instd_amt=pain.ActiveOrHistoricCurrencyAndAmount(value=_yuan(line.amount_fen), ccy="CNY")
        ),
        cdtr_agt=_bank(line.bank, line.bank_code) if line.bank or line.bank_code else None,
        cdtr=pain.PartyIdentification135(nm=_text(line.name)),
        cdtr_acct=_cash_account(line.card),
        rmt_inf=pain.RemittanceInformation16(ustrd=[_remark(month)]),
    )


def _cash_account(number: str) -> Any:
    other = pain.GenericAccountIdentification1(id=number[:34])
    return pain.CashAccount38(id=pain.AccountIdentification4Choice(othr=other), ccy="CNY")


def _bank(name: str, code: str) -> Any:
    member = pain.ClearingSystemMemberIdentification2(mmb_id=code) if code else None
    return pain.BranchAndFinancialInstitutionIdentification6(
        fin_instn_id=pain.FinancialInstitutionIdentification18(
            clr_sys_mmb_id=member, nm=_text(name) or (None if member else "NOTPROVIDED")
        )
    )


def _remark(month: str) -> str:
    return f"农民工工资{month}"


def _text(text: str) -> str:
    """A name as the standard takes it: at most 140 characters, no control characters."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:140]


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def table(payout: Payout) -> bytes:
    """The file as a table, UTF-8 with a mark so that Excel reads it, one line a payment."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(HEADINGS)
    for number, line in enumerate(payout.lines, 1):
        writer.writerow(
            [number, line.card, disarmed(line.name), disarmed(line.bank), f"{_yuan(line.amount_fen):.2f}", "CNY",
             f"{_remark(payout.month)} {line.end_to_end}"]
        )  # fmt: skip
    return b"\xef\xbb\xbf" + sink.getvalue().encode()
