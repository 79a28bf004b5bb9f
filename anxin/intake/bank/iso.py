"""ISO 20022: statements (camt.053), notices (camt.054), interim reports (camt.052) and payment status (pain.002).

Every entry on an account becomes a movement; an entry that pays wages becomes a payout per transaction beside it; a
balance becomes a movement of kind ``balance``. Chinese accounts have no IBAN and stand in ``Othr/Id`` (protocol §4).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from anxin.intake.bank import words
from anxin.intake.bank.iso_status import status_rows
from anxin.intake.bank.iso_values import (
    account_of,
    day_of,
    fen_of,
    first,
    identity_of,
    party_of,
    pick,
    pick_all,
    without_identity,
    yuan,
)
from anxin.intake.bank.iso_xml import parse
from anxin.intake.bank.standing import outside
from anxin.intake.rows import MovementRow, PaymentRow
from anxin.intake.sheets.reading import REFUSED, SKIPPED, Context, ReadRow
from anxin.law.civil import civil_date
from anxin.vault.fields import mask_card

_NO_REFERENCE = {"", "NOTPROVIDED", "NONREF", "NOREF"}
# A wage account is kept in yuan; some banks write RMB, some nothing.
_CURRENCIES = {"CNY", "RMB", ""}
_CLOSING = ("CLBD", "ITBD", "CLAV", "ITAV")


def read_statement(content: bytes, context: Context) -> list[ReadRow]:
    """The rows of a message, each with its movements and payouts. Rows count entries from 1."""
    message, document = parse(content)
    rows: list[ReadRow] = []
    if message == "pain.002":
        found = status_rows(document, context)
    else:
        found = _account_rows(document, message, context)
    for row in found:
        row.row = len(rows) + 1
        for fact in row.item or []:
            fact.place = row.place
            if context.project is not None:
                fact.project_code = context.project.code
            elif outside(fact.account_number, context.region):
                row.verdict, row.reason, row.reason_en = (
                    REFUSED,
                    "[账户]不在您的管辖范围内",
                    "outside your jurisdiction",
                )
        row.project_code = context.project.code if context.project is not None else ""
        rows.append(row)
        if context.progress and len(rows) % 500 == 0:
            context.progress(len(rows), len(rows))
    return rows


def _account_rows(document: Any, message: str, context: Context) -> Iterator[ReadRow]:
    body = next(getattr(document, name) for name in vars(document))
    reports = {"camt.053": "stmt", "camt.054": "ntfctn", "camt.052": "rpt"}[message]
    for report in getattr(body, reports):
        account = account_of(report.acct)
        seen: dict[tuple[Any, ...], int] = {}
        for entry in report.ntry or []:
            yield _entry_row(entry, account, seen, context)
        for balance in getattr(report, "bal", None) or []:
            row = _balance_row(balance, account, context)
            if row is not None:
                yield row


def _entry_row(entry: Any, account: str, seen: dict[tuple[Any, ...], int], context: Context) -> ReadRow:
    amount, direction = fen_of(entry.amt), first(entry, "cdt_dbt_ind")
    booked = day_of(entry.bookg_dt) or day_of(entry.val_dt)
    status = first(entry, "sts.cd", "sts.prtry", "sts")
    row = ReadRow("", 0, shown={"账户": mask_card(account), "日期": str(booked or ""), "金额": yuan(amount)})
    if status in ("PDNG", "INFO", "FUTR"):
        row.verdict, row.reason, row.reason_en = SKIPPED, "尚未入账，入账后再报", "not booked yet"
        return row
    currency = first(entry, "amt.ccy")
    if amount is not None and currency not in _CURRENCIES:
        row.verdict, row.reason, row.reason_en = REFUSED, f"[币种]不是人民币：{currency[:3]}", "is not in yuan (CNY)"
        return row
    if not account or amount is None or booked is None or direction not in ("CRDT", "DBIT"):
        row.verdict = REFUSED
        row.reason, row.reason_en = "缺少账号、金额、借贷或日期", "has no account, amount, side or date"
        return row
    if booked > civil_date(context.at):
        row.verdict, row.reason, row.reason_en = REFUSED, "[日期]不能大于今天", "[date] lies in the future"
        return row
    details = [tx for group in entry.ntry_dtls or [] for tx in group.tx_dtls or []]
    text = _texts(entry, details)
    returned = _is_return(entry, details, text)
    side = "credit" if direction == "CRDT" else "debit"
    wages = side == "debit" and not returned and _is_wages(entry, details, text)
    kind = "return" if returned else "payout" if wages else words.movement_kind(side, text)
    given = first(entry, "acct_svcr_ref", "ntry_ref")
    key = (account, booked, amount, side)
    seen[key] = seen.get(key, 0) + 1
    reference = given if given.upper() not in _NO_REFERENCE else words.own_reference(*key, seen[key])
    parties = pick(details, "rltd_pties")
    other = "dbtr" if side == "credit" else "cdtr"
    facts: list[MovementRow | PaymentRow] = [
        MovementRow(
            place="",
            reference=reference[:64],
            booked_on=booked,
            account_number=account,
            direction=side,
            kind=kind,
            amount_fen=amount,
            # A payee's name is personal; a company that pays in is not.
            counterparty="" if wages or returned else party_of(pick(parties, other))[:100],
        )
    ]
    if wages or (returned and side == "credit"):
        facts += _payouts(entry, details, account, booked, reference, failed=returned)
    row.item = facts
    row.shown["类别"] = kind
    return row


def _payouts(
    entry: Any, details: list[Any], account: str, booked: date, reference: str, *, failed: bool
) -> list[PaymentRow]:
    """The payouts of an entry; one that came back is told under the reference of the payout it undoes."""
    payouts: list[PaymentRow] = []
    for number, tx in enumerate(details, 1):
        parties = tx.rltd_pties
        # In a return the bank may leave the parties as they were, or swap them: the worker is not our account.
        sides = ("cdtr", "dbtr") if not failed else ("dbtr", "cdtr")
        card = next((c for side in sides if (c := account_of(pick(parties, f"{side}_acct"))) and c != account), "")
        person = pick(parties, "cdtr") if not failed else pick(parties, "dbtr") or pick(parties, "cdtr")
        text = _texts(entry, [tx])
        amount = fen_of(pick(tx, "amt") or pick(tx, "amt_dtls.tx_amt.amt"))
        if amount is None:
            amount = fen_of(entry.amt) if len(details) == 1 else None
        id_number = identity_of(person)
        payee = party_of(person)
        if amount is None or not (card or id_number or (payee and not words.is_organisation(payee))):
            continue
        given = line = first(tx, "refs.end_to_end_id")
        if given.upper() in _NO_REFERENCE:
            given = first(tx, "refs.instr_id", "refs.tx_id", "refs.acct_svcr_ref")
        if given.upper() in _NO_REFERENCE:
            given = f"{reference}/{number}"
        payouts.append(
            PaymentRow(
                place="",
                reference=given[:64],
                amount_fen=amount,
                status="failed" if failed else "paid",
                paid_on=booked,
                account_number=account,
                id_number=id_number,
                card_number=card,
                payee=payee,
                month=words.wage_month(text, booked) or words.month_of_line(line),
                reason=_return_reason(tx, entry)[:200] if failed else "",
            )
        )
    return payouts


def _is_wages(entry: Any, details: list[Any], text: str) -> bool:
    """Whether an outgoing entry pays wages: it says so, or it says no more than a month and goes to people, which is
    all a wage account is for (Order 724, Art. 26)."""
    if _purpose_is_wages(entry, details) or words.is_wages(text):
        return True
    if any(words.month_of_line(first(tx, "refs.end_to_end_id")) for tx in details):
        return True
    payees = [party_of(pick(tx, "rltd_pties.cdtr")) for tx in details]
    return words.says_nothing(text) and any(payees) and not any(words.is_organisation(payee) for payee in payees)


def _texts(entry: Any, details: list[Any]) -> str:
    parts = [first(entry, "addtl_ntry_inf")]
    for tx in details[:50]:
        parts += [str(line) for line in pick_all(tx, "rmt_inf.ustrd")]
        parts += [first(tx, "addtl_tx_inf"), first(tx, "rmt_inf.strd.addtl_rmt_inf")]
    return " ".join(part for part in parts if part)


def _purpose_is_wages(entry: Any, details: list[Any]) -> bool:
    codes = {first(tx, "purp.cd", "purp.prtry") for tx in details[:50]}
    codes |= {first(tx, "pmt_tp_inf.ctgy_purp.cd", "pmt_tp_inf.ctgy_purp.prtry") for tx in details[:50]}
    codes.add(first(entry, "bk_tx_cd.domn.fmly.sub_fmly_cd"))
    return bool(codes & {"SALA", "PAYR", "WAGE"}) or any(words.is_wages(code) for code in codes if code)


def _is_return(entry: Any, details: list[Any], text: str) -> bool:
    code = first(entry, "bk_tx_cd.domn.fmly.sub_fmly_cd")
    if bool(pick(entry, "rvsl_ind")) or code in ("RRTN", "RPCR", "RRCT"):
        return True
    if any(pick(tx, "rtr_inf.rsn") is not None or pick(tx, "rtr_inf.addtl_inf") for tx in details):
        return True
    return first(entry, "cdt_dbt_ind") == "CRDT" and words.is_return(text)


def _return_reason(tx: Any, entry: Any) -> str:
    code = first(tx, "rtr_inf.rsn.cd", "rtr_inf.rsn.prtry")
    told = first(tx, "rtr_inf.addtl_inf") or first(tx, "addtl_tx_inf") or first(entry, "addtl_ntry_inf")
    return without_identity(" ".join(part for part in (code, told) if part)) or "退回"


def _balance_row(balance: Any, account: str, context: Context) -> ReadRow | None:
    code = first(balance, "tp.cd_or_prtry.cd", "tp.cd_or_prtry.prtry", "tp.cd")
    if code not in _CLOSING:
        return None
    if first(balance, "amt.ccy") not in _CURRENCIES:
        return None
    on, amount = day_of(balance.dt), fen_of(balance.amt)
    row = ReadRow("", 0, shown={"账户": mask_card(account), "日期": str(on or ""), "余额": yuan(amount)})
    if not account or on is None or amount is None:
        row.verdict, row.reason, row.reason_en = REFUSED, "余额缺少账号或日期", "balance has no account or date"
        return row
    if code in ("CLAV", "ITAV"):
        row.verdict, row.reason, row.reason_en = SKIPPED, "可用余额，不另记", "available balance, not kept apart"
        return row
    row.item = [
        MovementRow(
            place="",
            reference=f"balance-{on}",
            booked_on=on,
            account_number=account,
            direction="credit",
            kind="balance",
            amount_fen=0,
            balance_fen=amount if first(balance, "cdt_dbt_ind") != "DBIT" else -amount,
        )
    ]
    return row
