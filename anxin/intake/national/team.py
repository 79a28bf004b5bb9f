"""Team.Add and .Update."""

from anxin.intake.national.calls import Call, Outcome, need_project, own_projects
from anxin.intake.national.corp import company
from anxin.intake.national.fields import Fields
from anxin.intake.national.keeping import keep, sealed_with
from anxin.intake.national.participation import dates_of
from anxin.intake.national.pictures import attachments, store_files
from anxin.intake.national.replies import OUT_OF_RANGE, refuse
from anxin.registry import actions
from anxin.registry.models import Team

NAMES = (
    "teamSysNo", "projectCode", "corpCode", "corpName", "teamName", "responsiblePersonName", "responsiblePersonPhone",
    "responsiblePersonIDCardType", "responsiblePersonIDNumber", "remark", "entryTime", "exitTime", "teamLeaderName",
    "teamLeaderPhone", "teamLeaderIDCardType", "teamLeaderIDNumber",
)  # fmt: skip
_OWN_COLUMNS = ("teamSysNo", "projectCode", "corpCode", "corpName", "teamName", "socialCreditCode", "requestSerialCode")


def already(team: Team) -> str:
    """The words from which clients cut the ten digits of an existing team's number."""
    return f"班组已存在,已存在班组编号为:{team.number}"


def number_result(call: Call, team: Team) -> dict[str, int]:
    """The answer of Team.Add; one client reads the number with a small n."""
    result = {"teamSysNo": team.number}
    if call.setting("data_as_string", False):
        result["teamSysno"] = team.number
    return result


def _columns(call: Call, item: Fields, known: Team | None) -> dict[str, object]:
    entered, left = dates_of(call, item)
    files = {name: attachments(item, name, 5) for name in ("entryAttachments", "exitAttachments")}
    plain, private = keep(call, item, skip=_OWN_COLUMNS, names=NAMES)
    plain |= {name: store_files(found) for name, found in files.items() if found}
    return {
        "entered_on": entered,
        "left_on": left,
        "details": plain,
        "sealed_details": sealed_with(known.sealed_details if known else None, private),
    }


def add(call: Call, item: Fields) -> Outcome:
    """Register a team; its number comes back in the asynchronous result."""
    number = item.whole("teamSysNo", high=10**18)
    if number and Team.objects.filter(number=number, project__in=own_projects(call.sender)).exists():
        return update(call, item)
    project = need_project(call, item)
    name = item.need("teamName", "monitorName", limit=100)
    enterprise = company(call, item) or project.contractor
    if enterprise is None:
        raise refuse("corpCode", "不能为空!", "is missing")
    known = Team.objects.filter(project=project, enterprise=enterprise, name=name).first()
    if known is not None:
        return Outcome(already=[already(known)], result=number_result(call, known))
    team, _ = actions.add_team(
        project=project, enterprise=enterprise, name=name, at=call.at, **_columns(call, item, None)
    )
    return Outcome(accepted=1, result=number_result(call, team))


def update(call: Call, item: Fields) -> Outcome:
    """Correct a team found by its number."""
    number = item.team_number()
    if number is None:
        raise refuse("teamSysNo", "不能为空!", "is missing")
    team = (
        Team.objects.select_related("project", "enterprise")
        .filter(number=number, project__in=own_projects(call.sender))
        .first()
    )
    if team is None:
        raise refuse("teamSysNo", OUT_OF_RANGE, "is not a team of this sender's projects")
    name = item.text("teamName", "monitorName", limit=100) or team.name
    taken = Team.objects.filter(project=team.project, enterprise=team.enterprise, name=name).exclude(pk=team.pk).first()
    if taken is not None:
        return Outcome(already=[already(taken)])
    actions.correct_team(team=team, at=call.at, name=name, **_columns(call, item, team))
    return Outcome(accepted=1, result=number_result(call, team))
