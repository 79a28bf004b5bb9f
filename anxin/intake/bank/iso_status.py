"""ISO 20022 payment status (pain.002): what became of each instruction of a payout file."""

from collections.abc import Iterator
from typing import Any

from anxin.intake.bank import words
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
from anxin.intake.rows import PaymentRow
from anxin.intake.sheets.reading import OK, REFUSED, SKIPPED, Context, ReadRow, mask_name
from anxin.law.civil import civil_date
from anxin.vault.fields import mask_card


def status_rows(document: Any, context: Context) -> Iterator[ReadRow]:
    """Accepted and settled, or rejected with a reason, for each instruction of a payout file."""
    body = next(getattr(document, name) for name in vars(document))
    for payment in body.orgnl_pmt_inf_and_sts or []:
        for tx in payment.tx_inf_and_sts or []:
            yield _status_row(tx, payment, context)


def _status_row(tx: Any, payment: Any, context: Context) -> ReadRow:
    original = tx.orgnl_tx_ref
    word = first(tx, "tx_sts") or first(payment, "pmt_inf_sts")
    reason = " ".join(
        part for part in (first(tx, "sts_rsn_inf.rsn.cd", "sts_rsn_inf.rsn.prtry"), first(tx, "sts_rsn_inf.addtl_inf"))
        if part
    )  # fmt: skip
    account, card = account_of(pick(original, "dbtr_acct")), account_of(pick(original, "cdtr_acct"))
    amount = fen_of(pick(original, "amt.instd_amt") or pick(original, "amt.eqvt_amt.amt"))
    payee = party_of(pick(original, "cdtr"))
    paid_on = day_of(tx.accptnc_dt_tm) or day_of(pick(original, "reqd_exctn_dt")) or civil_date(context.at)
    row = ReadRow("", 0, shown={"工资卡": mask_card(card), "收款人": mask_name(payee), "金额": yuan(amount)})
    status = words.result(word)
    if status is None or not word:
        row.verdict, row.reason, row.reason_en = SKIPPED, "尚无最终结果", "not final yet"
        return row
    if not account or not card or amount is None:
        row.verdict = REFUSED
        row.reason = "缺少付款账号、收款卡号或金额（OrgnlTxRef）"
        row.reason_en = "has no paying account, card or amount (OrgnlTxRef)"
        return row
    text = " ".join(str(line) for line in pick_all(original, "rmt_inf.ustrd"))
    row.item = [
        PaymentRow(
            place="",
            reference=(
                first(tx, "orgnl_end_to_end_id", "orgnl_instr_id") or words.own_reference(account, card, amount)
            )[:64],
            amount_fen=amount,
            status=status,
            paid_on=min(paid_on, civil_date(context.at)),
            account_number=account,
            id_number=identity_of(pick(original, "cdtr")),
            card_number=card,
            payee=payee,
            month=words.wage_month(text, paid_on),
            reason=without_identity(reason)[:200] if status == "failed" else "",
        )
    ]
    row.verdict = OK
    return row
