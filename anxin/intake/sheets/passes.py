"""Attendance: rows of passes (template 06), and the monthly grid with a column a day."""

import re
from datetime import datetime
from typing import Any

from anxin.intake import values
from anxin.intake.rows import SwipeRow
from anxin.intake.sheets import cells
from anxin.intake.sheets.codes import code_of
from anxin.intake.sheets.headings import column, month_in
from anxin.intake.sheets.reading import Context, ReadRow, Record, RowRefused, project_of
from anxin.intake.sheets.titles import CORP_CODE, CORP_NAME, ID_NUMBER, ID_TYPE, PROJECT, TEAM, WORKER
from anxin.intake.sheets.who import find_person, identity, team_number
from anxin.law.civil import first_day, last_day

COLUMNS = (
    PROJECT,
    CORP_CODE,
    CORP_NAME,
    TEAM,
    WORKER,
    ID_TYPE,
    ID_NUMBER,
    column(
        "date",
        "刷卡时间 考勤时间 打卡时间 通行时间 时间 刷卡日期 考勤日期",
        example="2026-03-02 07:05:00",
        note="按次登记时填；按月登记时改用1至31日各一列，出勤打√或填工日、工时",
    ),
    column("direction", "刷卡进出方向 进出方向 方向 进出 进出类型", example="进"),
    column("attendType", "通行方式 考勤方式 识别方式", example="人脸识别"),
    column("device", "通道 设备 设备名称 闸机 通道名称 channel"),
    column("payMonth", "考勤月份 月份 年月 所属月份", spread=True),
)
ESSENTIALS = ("workerName", "idCardNumber")
_PRESENT = {"√", "✓", "✔", "☑", "v", "y", "yes", "●", "○", "◎", "出", "勤", "出勤", "全", "全勤", "全天", "半", "半天",
            "上", "上班", "在岗", "白", "夜", "上午", "下午", "加", "加班", "ⅴ", "∨"}  # fmt: skip
_ABSENT = {"", "×", "✗", "✕", "✘", "x", "n", "no", "/", "\\", "-", "—", "--", "休", "休息", "假", "事", "事假", "病",
           "病假",
           "缺", "缺勤", "旷", "旷工", "无", "未", "△", "停", "停工", "雨", "年假", "调休", "▲", "∅"}  # fmt: skip
_HOURS = re.compile(r"(\d+(?:\.\d+)?)(?:h|小时|工|天)?")


def marked(cell: Any) -> bool | None:
    """Whether a day's cell says the worker was there; None when it cannot be told."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, datetime):
        return None
    mark = cells.text(cell).lower().replace(" ", "")
    if mark in _PRESENT:
        return True
    if mark in _ABSENT:
        return False
    found = _HOURS.fullmatch(mark)
    if found:
        return float(found.group(1)) > 0 if float(found.group(1)) <= 24 else None
    halves = re.split(r"[/\\|、,;\n]+", mark)
    if len(halves) > 1:
        told = [marked(half) for half in halves]
        return any(told) if None not in told else None
    return None


def month_of_file(record: Record, context: Context) -> str | None:
    """The month of a row: its own column, the title line or sheet name, the one chosen, the file's name."""
    return record.read("payMonth", cells.month) or record.month or context.month or month_in(context.name)


def parse(record: Record, row: ReadRow, context: Context) -> list[SwipeRow]:
    """The passes a row tells of: one, or one for every marked day of a monthly grid."""
    project = project_of(record, context)
    row.project_code = project.code
    id_type, number = identity(record)
    if not number:
        id_type, number = find_person(record, project, context)
    known: dict[str, Any] = {
        "place": row.place,
        "project_code": project.code,
        "id_type": id_type,
        "id_number": number,
        "team_no": team_number(record.text("teamName") or record.team, project, context),
    }
    if not record.days:
        moment = record.need("date", record.read("date", cells.moment))
        return [
            SwipeRow(
                passed_at=moment,
                direction=values.direction(cells.text(record.raw("direction"))),
                way=code_of("attend_type", record.raw("attendType")) or "",
                device=record.text("device")[:100],
                **known,
            )
        ]
    month = month_of_file(record, context)
    if month is None:
        raise RowRefused(
            "月份",
            "不知道是哪个月的考勤，请在标题写明“2026年3月”或在上传时选择月份",
            "names no month; write it in the title or choose it when uploading",
        )
    start, length = first_day(month), last_day(month).day
    passes: list[SwipeRow] = []
    for day, cell in sorted(record.days.items()):
        there = marked(cell)
        if there is None or (there and day > length):
            raise RowRefused(
                f"{day}日",
                "看不懂的考勤标记，出勤请填√、工日或工时，缺勤请留空",
                "has a mark that cannot be read; use √, days or hours, and leave absences blank",
            )
        if there:
            moment = datetime(start.year, start.month, day)
            passes.append(SwipeRow(passed_at=moment, direction=values.IN, device="月考勤表", **known))
    return passes
