"""What officials and clerks keep in lists: notice boards, labour clerks, pauses, joint checks, reports of arrears."""

from collections.abc import Callable
from typing import Any

from anxin.intake.rows import Arrival
from anxin.intake.sheets import cells
from anxin.intake.sheets.headings import column
from anxin.intake.sheets.reading import OK, Context, ReadRow, Record, RowRefused, not_future, project_of, sane
from anxin.intake.sheets.titles import ID_NUMBER, ID_TYPE, PROJECT, WORKER
from anxin.intake.sheets.who import find_person, identity
from anxin.law.civil import civil_date
from anxin.registry import actions
from anxin.registry.actions import identity_blind
from anxin.registry.models import ArrearsReport, Worker

BOARDS = (
    PROJECT,
    column(
        "postedOn", "公示日期 设立日期 悬挂日期 告示牌日期 设置日期 上墙日期 日期", required=True, example="2026-03-08"
    ),
)
CLERKS = (
    PROJECT,
    column("clerkName", "劳资专管员 劳资专管员姓名 专管员姓名 姓名", required=True, example="测试员"),
    column("cellPhone", "手机号码 联系电话 电话 手机 联系方式", example="13800000002"),
    column("sinceOn", "任职日期 到岗日期 配备日期 开始日期 任命日期", example="2026-03-02", note="不填按导入当天"),
)
PAUSES = (
    PROJECT,
    column("fromOn", "停工起始日期 停工日期 开始日期 起始日期 停工开始日期", required=True, example="2026-01-15"),
    column(
        "untilOn", "停工截止日期 复工日期前一日 结束日期 截止日期 停工结束日期", required=True, example="2026-02-28"
    ),
    column("reason", "停工原因 原因 事由", example="冬季停工"),
    column("approvedBy", "批准单位 审批单位 审批人 批准人", example="某县住建局"),
)
INSPECTIONS = (
    PROJECT,
    column("doneOn", "检查日期 联合检查日期 核查日期 日期", required=True, example="2026-03-20"),
    column("findings", "检查情况 检查结果 发现问题 问题"),
)
REPORTS = (
    PROJECT,
    column("number", "编号 线索编号 案件编号 受理编号 投诉编号", required=True, example="JC20260401001"),
    column("reportedOn", "受理日期 举报日期 投诉日期 接报日期 登记日期", required=True, example="2026-04-01"),
    WORKER,
    ID_TYPE,
    ID_NUMBER,
    column("plain", "事实清楚 是否事实清楚", note="是或否"),
    column("handledSince", "开始处置日期 处置日期 立案日期"),
    column("closedOn", "办结日期 结案日期 处置完成日期"),
)


def _own(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    project = project_of(record, context)
    row.project_code = project.code
    return {"project": project}


def _past(record: Record, key: str, context: Context) -> Any:
    return not_future(record, key, record.read(key, cells.day), context)


def parse_board(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    """A notice board put up."""
    return _own(record, row, context) | {"posted_on": record.need("postedOn", _past(record, "postedOn", context))}


def parse_clerk(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    """A project's labour clerk."""
    return _own(record, row, context) | {
        "name": record.need("clerkName", record.text("clerkName"))[:64],
        "phone": "".join(record.read("cellPhone", cells.long_number).split())[:20],
        "since_on": _past(record, "sinceOn", context) or civil_date(context.at),
    }


def parse_pause(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    """An approved suspension, both days included."""
    start = record.need("fromOn", sane(record, "fromOn", record.read("fromOn", cells.day)))
    until = record.need("untilOn", sane(record, "untilOn", record.read("untilOn", cells.day)))
    if until < start:
        raise RowRefused(record.title("untilOn"), "早于停工起始日期", "is before the pause begins")
    return _own(record, row, context) | {
        "from_on": start,
        "until_on": until,
        "reason": record.text("reason")[:200],
        "approved_by": record.text("approvedBy")[:64],
    }


def parse_inspection(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    """A joint on-site check."""
    return _own(record, row, context) | {
        "done_on": record.need("doneOn", _past(record, "doneOn", context)),
        "findings": record.text("findings"),
    }


def parse_report(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    """A report of unpaid wages, under the authority's number; the worker may be unknown."""
    own = _own(record, row, context)
    number = record.need("number", record.text("number"))[:64]
    taken = ArrearsReport.objects.filter(number=number).exclude(project=own["project"]).exists()
    if taken:
        raise RowRefused(record.title("number"), "此编号已属于别的项目", "belongs to another project already")
    id_type, id_number = identity(record)
    if not id_number and record.text("workerName"):
        id_type, id_number = find_person(record, own["project"], context)
    worker = None
    if id_number:
        worker = Worker.objects.filter(id_blind=identity_blind(id_number, id_type)).first()
        if worker is None:
            raise RowRefused(
                record.title("idCardNumber"), "工人未登记，请先导入花名册", "is not registered; import the roster first"
            )
    reported = record.need("reportedOn", _past(record, "reportedOn", context))
    closed = _past(record, "closedOn", context)
    if closed and closed < reported:
        raise RowRefused(record.title("closedOn"), "早于受理日期", "is before the report")
    return own | {
        "number": number,
        "reported_on": reported,
        "worker": worker,
        "plain": bool(record.read("plain", cells.flag)),
        "handled_since": _past(record, "handledSince", context),
        "closed_on": closed,
    }


def taker(action: Callable[..., Any]) -> Callable[[list[ReadRow], Arrival], int]:
    """What writes the good rows of such a list: one action a row."""

    def take(rows: list[ReadRow], arrival: Arrival) -> int:
        items = [row.item for row in rows if row.verdict == OK]
        for item in items:
            action(at=arrival.at, **item)
        return len(items)

    return take


take_boards = taker(actions.record_board)
take_clerks = taker(actions.appoint_clerk)
take_pauses = taker(actions.record_pause)
take_inspections = taker(actions.record_inspection)
take_reports = taker(actions.record_report)
