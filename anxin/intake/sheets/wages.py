"""Wage sheets: the national template 07 (no identity numbers) and the tables sites keep."""

from anxin.intake.rows import PayrollRow
from anxin.intake.sheets import cells
from anxin.intake.sheets.codes import code_of
from anxin.intake.sheets.headings import column
from anxin.intake.sheets.on_file import lines_on_file
from anxin.intake.sheets.passes import month_of_file
from anxin.intake.sheets.reading import SKIPPED, Context, ReadRow, Record, RowRefused, project_of
from anxin.intake.sheets.titles import CARD, CORP_CODE, CORP_NAME, ID_NUMBER, ID_TYPE, PROJECT, REMARK, TEAM, WORKER
from anxin.intake.sheets.who import find_person, identity, team_number

COLUMNS = (
    PROJECT,
    CORP_CODE,
    CORP_NAME,
    TEAM,
    WORKER,
    ID_TYPE,
    ID_NUMBER,
    column(
        "payMonth",
        "发放工资的月份 工资月份 月份 所属月份 工资所属月份 年月 发薪月份",
        spread=True,
        example="2026-03",
        note="写成2026-03；标题行写明“2026年3月”的可不填",
    ),
    column("isBackPay", "是否为补发 是否补发 补发", note="是或否"),
    column("backPayMonth", "补发月份 补发的月份", note="补发时填被补发的月份"),
    column("days", "出勤天数 工作天数 工日 本月工作量 出勤 工数 出工天数 考勤天数 出勤工日", example=26),
    column("workHours", "总工时 工时 工作小时 总小时", example=208),
    CARD,
    column("payRollBankCode", "工资卡类别 发放工资卡银行 银行代码 开户行 开户银行 建行开户行 银行名称"),
    column(
        "totalPayAmount",
        "应发金额 应发工资 本月应发工资 应领工资 应发合计 应付工资 应发工资合计 应发",
        required=True,
        example=7800,
        note="单位：元",
    ),
    column(
        "actualAmount",
        "实发金额 实发工资 实发 本月实发工资 发放金额 实付工资 实领工资 代发金额 实发合计",
        required=True,
        example=7800,
        note="单位：元",
    ),
    column("balanceDate", "发放日期 发放时间 支付日期 发薪日期", spread=True, example="2026-04-15"),
    column("thirdPayRollCode", "第三方工资单编号 工资单编号 工资单号 批次号", spread=True),
    REMARK,
)
ESSENTIALS = ("workerName", "idCardNumber", "payRollBankCardNumber")


def parse(record: Record, row: ReadRow, context: Context) -> list[PayrollRow]:
    """The line of one worker. A second line of the same worker, month and sheet adds; an exact repeat is passed over.

    ``sheet`` is the sender's number and the sheet's month, so that a corrected file replaces what it said before. A
    table without a column of sums paid leaves those that are on file.
    """
    project = project_of(record, context)
    row.project_code = project.code
    card = record.read("payRollBankCardNumber", cells.account_number)
    id_type, number = identity(record)
    if not number:
        id_type, number = find_person(record, project, context, card=card)
    due, paid = record.money("totalPayAmount"), record.money("actualAmount")
    if due is None and paid is None:
        raise RowRefused("应发、实发金额", "至少填一项", "give at least one of due and paid")
    sheet_month = month_of_file(record, context)
    if sheet_month is None:
        raise RowRefused(
            "月份",
            "不知道是哪个月的工资，请在标题写明“2026年3月”、加一列月份，或在上传时选择月份",
            "names no month; write it in the title, add a column, or choose it when uploading",
        )
    back_month = record.read("backPayMonth", cells.month)
    back = bool(record.read("isBackPay", cells.flag)) or back_month is not None
    month = back_month or sheet_month
    days, hours = record.read("days", cells.number), record.read("workHours", cells.number)
    for key, amount, most in (("days", days, 62), ("workHours", hours, 744)):
        if amount is not None and not 0 <= amount <= most:
            raise RowRefused(record.title(key), f"应在0至{most}之间", f"must lie between 0 and {most}")
    team_no = team_number(record.text("teamName") or record.team, project, context)
    sheet = "/".join(
        part for part in (record.text("thirdPayRollCode")[:40], sheet_month, "补发" if back else "") if part
    )
    line = PayrollRow(
        place=row.place,
        project_code=project.code,
        id_number=number,
        id_type=id_type,
        month=month,
        sheet=sheet,
        # A table that tells only what was paid owed no less; one that tells only what is due proves no payment.
        due_fen=due if due is not None else paid or 0,
        paid_fen=paid or 0,
        team_no=team_no,
        days=days,
        hours=hours,
        back_pay=back,
        paid_on=record.read("balanceDate", cells.day),
        card_number=card,
        bank_code=code_of("bank", record.raw("payRollBankCode")) or "",
    )
    if "actualAmount" not in record.values and not back:
        told = lines_on_file(project, month, id_type=id_type, number=number, card=card, context=context)
        if len(told) > 1:
            row.verdict = SKIPPED
            row.reason, row.reason_en = "本月工资表已分项报送", "the month's wage sheet tells this in several lines"
            return []
        for earlier in told:
            line.team_no, line.sheet = earlier["team_no"], earlier["sheet"]
            line.paid_fen, line.paid_on = earlier["paid_fen"] or 0, line.paid_on or earlier["paid_on"]
    seen: dict[tuple[object, ...], list[tuple[int, int, int]]] = context.memo.setdefault("lines", {})
    lines = seen.setdefault((project.pk, id_type, number or card, line.team_no, month, line.sheet), [])
    for place, due_fen, paid_fen in lines:
        if (due_fen, paid_fen) == (line.due_fen, line.paid_fen):
            row.verdict, row.reason, row.reason_en = SKIPPED, f"与第{place}行重复", f"repeats row {place}"
            return []
    lines.append((row.row, line.due_fen, line.paid_fen))
    if len(lines) > 1:
        line.sheet = f"{line.sheet}#{len(lines)}"
    return [line]
