"""ProjectTraining.Add: trainings held on site."""

from typing import Any

from anxin.intake.national.calls import Call, Outcome, identity, in_clear, need_project
from anxin.intake.national.entry_exit import engagement_of
from anxin.intake.national.fields import Fields, at_row
from anxin.intake.national.keeping import keep
from anxin.intake.national.pictures import attachments, store_files
from anxin.intake.national.replies import EMPTY, Refused, refuse
from anxin.registry import actions

KIND = "training"
NAMES = ("trainer", "trainingOrg", "trainingAddress", "description")
_OWN_COLUMNS = ("projectCode", "trainingDate", "trainingDuration", "trainingName", "trainingTypeCode", "workers")


def add(call: Call, item: Fields) -> Outcome:
    """Record a training and who took part; people who are not on the roster are set aside."""
    project = need_project(call, item)
    held_on = item.day("trainingDate")
    if held_on is None:
        raise refuse("trainingDate", EMPTY, "is missing")
    if held_on > call.today:
        raise refuse("trainingDate", "不能大于当天!", "lies in the future")
    hours = item.number("trainingDuration", high=1000)
    files = attachments(item, "attachments", 10)
    outcome = Outcome(accepted=1)
    people: list[dict[str, Any]] = []
    for index, row in enumerate(item.rows("workers", limit=500) or []):
        number = ""
        try:
            number, id_type = identity(call, row)
            engagement = engagement_of(project, number, id_type)
            if engagement is None:
                raise refuse("idCardNumber", "项目中不存在该工人!", "is not on the project's roster")
            score = row.number("trainingScore", high=100)
            passed = row.flag("isPass")
        except Refused as refused:
            outcome.refuse(at_row(f"[workers][{index}]", refused), in_clear(call, row, number), project.code)
            continue
        people.append({"worker": engagement.worker_id, "passed": passed, "score": score})
    extras, _ = keep(call, item, skip=_OWN_COLUMNS, names=NAMES)
    if files:
        extras["attachments"] = store_files(files)
    actions.record_training(
        project=project,
        held_on=held_on,
        name=item.text("trainingName"),
        kind=item.text("trainingTypeCode", limit=8),
        at=call.at,
        hours=hours,
        details=extras,
        participants=people,
    )
    return outcome
