"""ProjectWorker.Add and .Update: the roster 花名册."""

from typing import Any

from anxin.intake.national import contract, entry_exit
from anxin.intake.national.calls import Call, Outcome, find_team, identity, in_clear, need_project, plain
from anxin.intake.national.corp import company
from anxin.intake.national.fields import Fields, at_row
from anxin.intake.national.keeping import keep, resealed, sealed_with
from anxin.intake.national.pictures import pictures, store
from anxin.intake.national.replies import MALFORMED, Refused, refuse
from anxin.registry import actions
from anxin.registry.models import Engagement, Enterprise, Project, Team, Worker
from anxin.vault.identity import RESIDENT, birth_date

LIST, LIMIT = "workerList", 5
NAMES = (
    "issueCardDate", "cardNumber", "bankLinkNumber", "nation", "address", "politicsType", "joinedTime",
    "cultureLevelType", "Specialty", "hasBadMedicalHistory", "urgentLinkMan", "urgentLinkManPhone", "workDate",
    "maritalStatus", "grantOrg", "startDate", "expiryDate", "cardDate", "gender",
)  # fmt: skip
_OF_THE_ENGAGEMENT = ("issueCardDate", "cardNumber", "bankLinkNumber", "workDate", "issueCardPic")
_PRIVATE = ("address", "startDate", "expiryDate", "cardDate", "birthday", "hasBadMedicalHistory", "wage")
_OWN_COLUMNS = (
    "projectCode", "corpCode", "corpName", "teamSysNo", "teamName", "workerName", "name", "isTeamLeader", "idCardType",
    "idCardNumber", "idNumber", "workType", "workClasses", "workRole", "payRollBankCardNumber", "payRollBankName",
    "payRollTopBankCode", "payRollBankCode", "hasBuyInsurance", "cellPhone", "phone", "gender", "inDate", "outDate",
    "startTime", "socialCreditCode", "companyCode", "workerList", "headImageSuffix",
)  # fmt: skip


def already(number: str) -> str:
    """The words by which clients know that a worker was there before; the number itself is masked."""
    return f"项目中已存在身份证为{number[:4]}**********{number[-4:]}的工人"


def _gender(number: str, id_type: str, item: Fields) -> str:
    """National code: 0 man, 1 woman; from the number when it tells."""
    if id_type == RESIDENT and birth_date(number):
        return "0" if int(number[16]) % 2 else "1"
    return {"0": "0", "1": "1", "男": "0", "女": "1"}.get(item.text("gender", limit=2), "")


def _card(call: Call, item: Fields) -> str:
    card = "".join(plain(call, item, "payRollBankCardNumber").split())
    if card and not (card.isascii() and card.isalnum() and 6 <= len(card) <= 40):
        raise refuse("payRollBankCardNumber", MALFORMED, "is not a card number")
    return card


def _person(call: Call, item: Fields, number: str, id_type: str, found: dict[str, str]) -> Worker:
    known = Worker.objects.filter(id_blind=actions.identity_blind(number, id_type)).first()
    open_part, private = keep(call, item, skip=(*_OWN_COLUMNS, *_OF_THE_ENGAGEMENT), names=NAMES)
    for name in [name for name in open_part if name.lower() in {n.lower() for n in _PRIVATE}]:
        private[name] = open_part.pop(name)
    open_part |= {name: digest for name, digest in found.items() if name != "issueCardPic"}
    phone = item.text("cellPhone", "phone", limit=40)
    return actions.register_worker(
        id_number=number,
        id_type=id_type,
        name=item.text("workerName", "name", limit=64),
        at=call.at,
        gender=_gender(number, id_type, item),
        phone_sealed=resealed(known.phone_sealed if known else None, phone),
        details=open_part,
        sealed_details=sealed_with(known.sealed_details if known else None, private),
    )


def _place(call: Call, item: Fields, found: dict[str, str]) -> dict[str, Any]:
    """What an engagement's own columns take from a roster row."""
    role = item.text("workRole", limit=4)
    wanted = Fields({name: item.get(name) for name in _OF_THE_ENGAGEMENT})
    extras, _ = keep(call, wanted, names=NAMES)
    if "issueCardPic" in found:
        extras["issueCardPic"] = found["issueCardPic"]
    return {
        "trade": item.text("workType", "workClasses", limit=8),
        "role": role,
        "is_leader": item.flag("isTeamLeader"),
        "card_number": _card(call, item),
        "bank_code": item.text("payRollTopBankCode", "payRollBankCode", limit=12),
        "bank_name": item.text("payRollBankName", limit=100),
        "insured": item.flag("hasBuyInsurance"),
        "details": extras,
    }


def _only_missing(engagement: Engagement, place: dict[str, Any]) -> dict[str, Any]:
    """What a repeated roster row adds to an engagement without changing what is known."""
    kept = {name: value for name, value in place.items() if name not in {"card_number", "is_leader", "details"}}
    missing = {name: value for name, value in kept.items() if getattr(engagement, name) in (None, "")}
    if place["card_number"] and not engagement.card_token:
        missing["card_number"] = place["card_number"]
    missing["details"] = {k: v for k, v in place["details"].items() if k not in engagement.details}
    return missing


def _one(
    call: Call,
    item: Fields,
    *,
    project: Project,
    enterprise: Enterprise | None,
    team: Team | None,
    correct: bool,
) -> str:
    """Engage one worker. Answers the words for one who was there already, else the empty string."""
    number, id_type = identity(call, item)
    checked = pictures(item)
    place = _place(call, item, dict.fromkeys(checked, ""))
    entered, left = item.day("inDate", *(("startTime",) if "IDNUMBER" in item.raw else ())), item.day("outDate")
    terms = contract.terms_of_roster(item)
    engagement = entry_exit.engagement_of(project, number, id_type)
    if engagement is not None and engagement.left_on is None and not correct:
        actions.engage(project=project, worker=engagement.worker, at=call.at, **_only_missing(engagement, place))
        return already(number)
    found = store(checked)
    if "issueCardPic" in found:
        place["details"]["issueCardPic"] = found["issueCardPic"]
    worker = _person(call, item, number, id_type, found)
    engagement, _ = actions.engage(
        project=project,
        worker=worker,
        at=call.at,
        enterprise=enterprise or (team.enterprise if team else None),
        team=team,
        **place,
        **terms,
    )
    for day, kind in ((entered, "in"), (left, "out")):
        if day is not None and day <= call.today:
            actions.move(engagement=engagement, on=day, kind=kind, at=call.at)
    entry_exit.release_waiting(engagement, blind=bytes(worker.id_blind), at=call.at)
    return ""


def _roster(call: Call, item: Fields, *, correct: bool) -> Outcome:
    project = need_project(call, item)
    rows = item.listed(LIST, limit=LIMIT)
    enterprise = company(call, item)
    outcome = Outcome()
    for index, row in enumerate([item] if rows is None else rows):
        place = "" if rows is None else f"[{LIST}][{index}]"
        number = ""
        try:
            number = identity(call, row)[0]
            own_team = find_team(project, row if row.get("teamSysNo", "teamName") is not None else item)
            word = _one(call, row, project=project, enterprise=enterprise, team=own_team, correct=correct)
        except Refused as refused:
            outcome.refuse(at_row(place, refused), in_clear(call, row, number), project.code)
            continue
        if word:
            outcome.already.append(place + word)
        else:
            outcome.accepted += 1
    return outcome


def add(call: Call, item: Fields) -> Outcome:
    """Put workers on the roster: a list, or one flat object. One who is there already is said so and left as he is."""
    return _roster(call, item, correct=False)


def update(call: Call, item: Fields) -> Outcome:
    """Correct workers: one flat object, or the shape of Add."""
    return _roster(call, item, correct=True)
