"""Banks' plain tables: payout results per worker, movements of wage accounts, balances."""

from datetime import date
from typing import Any

from anxin.intake.bank import words
from anxin.intake.bank.standing import outside
from anxin.intake.rows import MovementRow, PaymentRow
from anxin.intake.sheets import cells
from anxin.intake.sheets.headings import column
from anxin.intake.sheets.reading import Context, ReadRow, Record, RowRefused, not_future, project_of
from anxin.intake.sheets.titles import CARD, ID_NUMBER, ID_TYPE, PROJECT, WORKER
from anxin.intake.sheets.who import identity
from anxin.registry.models import Project

_REFERENCE = column(
    "reference",
    "交易流水号 流水号 银行流水号 业务流水号 交易号 业务编号 凭证号 端到端标识 EndToEndId txId 明细编号 指令编号",
    note="银行流水号；同一流水号再次导入时更正原记录",
    example="TX20260415000001",
)
_ACCOUNT = column(
    "account",
    "专户账号 付款账号 付方账号 付款人账号 付款帐号 本方账号 专用账户账号 工资专户账号 农民工工资专户账号 "
    "农民工工资专用账户账号 accountNo account_number",
    spread=True,
    note="农民工工资专户账号；单元格格式请设为文本",
    example="1401050000000000001",
    above="账号 账户 帐号 查询账号",
)
PAYMENTS = (
    PROJECT,
    _ACCOUNT,
    _REFERENCE,
    WORKER,
    ID_TYPE,
    ID_NUMBER,
    CARD,
    column(
        "amount",
        "金额 发放金额 代发金额 实发金额 交易金额 实发工资 入账金额",
        required=True,
        example=7800,
        note="单位：元",
    ),
    column(
        "status",
        "交易状态 处理结果 发放结果 状态 处理状态 代发结果 结果",
        example="成功",
        note="成功或失败；不填视为成功",
    ),
    column("reason", "失败原因 原因 退回原因 错误信息 处理信息 备注 附言"),
    column(
        "paidOn", "发放日期 交易日期 支付日期 入账日期 交易时间 处理日期 发放时间", example="2026-04-15", required=True
    ),
    column("payMonth", "工资月份 发放月份 月份 所属月份 month", spread=True, example="2026-03"),
)
MOVEMENTS = (
    PROJECT,
    column(
        "account",
        "专户账号 账号 本方账号 账户 专用账户账号 帐号 工资专户账号 农民工工资专户账号 农民工工资专用账户账号 "
        "accountNo account_number",
        spread=True,
        note="农民工工资专户账号；单元格格式请设为文本",
        example="1401050000000000001",
        above="查询账号",
    ),
    _REFERENCE,
    column("bookedOn", "交易日期 记账日期 入账日期 交易时间 日期 booked_on", example="2026-04-02", required=True),
    column("direction", "借贷标志 借贷 收支 收支方向 借/贷 方向", example="贷", note="贷（收入）或借（支出）"),
    column("amount", "金额 交易金额 发生额 发生金额", example=1000000, note="单位：元"),
    column("income", "收入金额 贷方发生额 贷方金额 收入 存入金额 贷方 转入金额"),
    column("expense", "支出金额 借方发生额 借方金额 支出 支取金额 借方 转出金额"),
    column("balance", "余额 账户余额 交易后余额", example=1000000),
    column("counterparty", "对方户名 对方名称 对手户名 对方单位 交易对手", example="某建设单位"),
    column("kind", "类别 业务类型 资金类型", note="人工费、工资、退回或其他；不填按摘要判断"),
    column("text", "摘要 用途 附言 备注 交易摘要 说明 remark", example="人工费"),
)
BALANCES = (
    PROJECT,
    column(
        "account",
        "专户账号 账号 账户 本方账号 专用账户账号 帐号 工资专户账号 农民工工资专户账号 农民工工资专用账户账号 "
        "accountNo account_number",
        required=True,
        note="单元格格式请设为文本",
        example="1401050000000000001",
        above="查询账号",
    ),
    column("balance", "余额 账户余额 当前余额", required=True, example=1000000, note="单位：元"),
    column("bookedOn", "余额日期 日期 截止日期 balanceOn", required=True, example="2026-03-31"),
)
_KINDS = {
    "labour_fee": "labour_fee", "人工费": "labour_fee", "payout": "payout", "工资": "payout", "代发": "payout",
    "return": "return", "退": "return", "other": "other", "其他": "other",
}  # fmt: skip


def _project_code(record: Record, row: ReadRow, context: Context, account: str) -> str:
    """The project a bank row is for, as far as it says; what is not registered yet is left for admission to keep."""
    code = record.text("projectCode")
    if context.project is None and not code:
        if outside(account, context.region):
            raise RowRefused(record.title("account"), "不在您的管辖范围内", "is outside your jurisdiction")
        return ""
    if context.project is not None or Project.objects.filter(code=code).exists():
        code = project_of(record, context).code
    row.project_code = code
    return code


def _reference(record: Record, context: Context, *parts: Any) -> str:
    """The bank's reference; without one, account, day and amount, and the how-manieth of its like in the file."""
    given = record.text("reference")
    if given:
        return given[:64]
    counts: dict[tuple[Any, ...], int] = context.memo.setdefault("references", {})
    counts[parts] = counts.get(parts, 0) + 1
    return words.own_reference(*parts, counts[parts])


def parse_payment(record: Record, row: ReadRow, context: Context) -> list[PaymentRow]:
    """One payout result. The payee is known by identity number or card, the project by code or paying account."""
    account = record.read("account", cells.account_number)
    code = _project_code(record, row, context, account)
    if not account and not code:
        raise RowRefused("专户账号、项目编码", "至少填一项", "give the paying account or the project")
    id_type, number = identity(record)
    card = record.read("payRollBankCardNumber", cells.account_number)
    name = record.text("workerName")
    if not number and not card and not name:
        raise RowRefused("证件号码、银行卡号、姓名", "至少填一项", "give the payee's identity number, card or name")
    amount = record.need("amount", record.money("amount"))
    paid_on: date = record.need("paidOn", not_future(record, "paidOn", record.read("paidOn", cells.day), context))
    reason = record.text("reason")
    status = words.result(record.text("status"), "" if "status" in record.titles else reason)
    if status is None:
        raise RowRefused(
            record.title("status"),
            "尚无最终结果，请在有结果后导入",
            "is not final; import it when the bank has decided",
        )
    month = record.read("payMonth", cells.month) or record.month or words.wage_month(reason, paid_on) or context.month
    return [
        PaymentRow(
            place=row.place,
            reference=_reference(record, context, account or code, paid_on, amount, number or card or name),
            amount_fen=amount,
            status=status,
            paid_on=paid_on,
            project_code=code,
            account_number=account,
            id_number=number,
            id_type=id_type,
            card_number=card,
            payee=name,
            month=month,
            reason=reason[:200] if status == "failed" else "",
            route="account" if account else "offline",
        )
    ]


def parse_movement(record: Record, row: ReadRow, context: Context) -> list[MovementRow]:
    """One booking. The amount stands in one column with a direction, or in two columns, income and expense."""
    account = record.need("account", record.read("account", cells.account_number))
    code = _project_code(record, row, context, account)
    booked = record.need("bookedOn", not_future(record, "bookedOn", record.read("bookedOn", cells.day), context))
    text = f"{record.text('text')} {record.text('kind')}".strip()
    direction, amount = _amount(record)
    kind = next((kind for word, kind in _KINDS.items() if word in record.text("kind").lower()), "")
    return [
        MovementRow(
            place=row.place,
            reference=_reference(record, context, account, booked, direction, amount),
            booked_on=booked,
            account_number=account,
            direction=direction,
            kind=kind or words.movement_kind(direction, text),
            amount_fen=amount,
            balance_fen=record.read("balance", cells.money, cells.unit_of(record.units.get("balance", ""), 100)),
            counterparty=record.text("counterparty")[:100],
            project_code=code,
        )
    ]


def _amount(record: Record) -> tuple[str, int]:
    income, expense = record.money("income"), record.money("expense")
    if income or expense:
        if income and expense:
            raise RowRefused("收入、支出金额", "同一行不能都有", "cannot both stand in one row")
        return ("credit", income) if income else ("debit", expense or 0)
    amount = record.read("amount", cells.money, cells.unit_of(record.units.get("amount", ""), 100))
    amount = record.need("amount", amount)
    word = record.text("direction").lower()
    if any(sign in word for sign in ("贷", "收", "入", "credit", "crdt")) or word in {"c", "cr", "+"}:
        direction = "credit"
    elif any(sign in word for sign in ("借", "支", "付", "出", "debit", "dbit")) or word in {"d", "dr", "-"}:
        direction = "debit"
    elif not word and "direction" not in record.titles:
        direction = "credit" if amount >= 0 else "debit"
        amount = abs(amount)
    else:
        raise RowRefused(
            record.title("direction"), "请填“贷”（收入）或“借”（支出）", "must be credit (贷) or debit (借)"
        )
    if amount < 0:
        raise RowRefused(record.title("amount"), "不能为负数", "is negative")
    return direction, amount


def parse_balance(record: Record, row: ReadRow, context: Context) -> list[MovementRow]:
    """A balance of an account at the end of a day."""
    account = record.need("account", record.read("account", cells.account_number))
    code = _project_code(record, row, context, account)
    booked = record.need("bookedOn", not_future(record, "bookedOn", record.read("bookedOn", cells.day), context))
    balance = record.need(
        "balance", record.read("balance", cells.money, cells.unit_of(record.units.get("balance", ""), 100))
    )
    return [
        MovementRow(
            place=row.place,
            reference=f"balance-{booked}",
            booked_on=booked,
            account_number=account,
            direction="credit",
            kind="balance",
            amount_fen=0,
            balance_fen=balance,
            project_code=code,
        )
    ]
