"""Closing a case with one of the fixed conclusions, for which the evidence must be on file; and opening it again."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from anxin.cases.flow import CannotMove, line, locked, open_and_locked, recount, step
from anxin.cases.hands import answerable
from anxin.cases.lane import start_lane
from anxin.cases.models import Case, CaseTask, Claimant, Contact, Exhibit, Lane, Verification
from anxin.cases.money import add_up, all_received, standing
from anxin.cases.procedure import conclusions, reopening
from anxin.cases.telling import message_case
from anxin.law.civil import civil_date
from anxin.law.clocks import moment_due
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User

CONTACT_DAYS = 3


class NotYet(Exception):
    """The conclusion lacks evidence; what is missing, in two languages."""

    def __init__(self, missing: list[tuple[str, str]]) -> None:
        self.zh = "还缺：" + "；".join(zh for zh, _ in missing)
        self.en = "Missing: " + "; ".join(en for _, en in missing)
        super().__init__(self.en)


def _verified(case: Case) -> bool:
    return Verification.objects.filter(case=case).exists()


def _received(case: Case) -> bool:
    """Everybody has what is due to him, and something was due: where all sums are nought, nothing was paid."""
    return all_received(case) and case.received_fen > 0


def _shown(case: Case) -> bool:
    """A file that was brought, or a record the verification names that speaks against the claim."""
    if Exhibit.objects.filter(case=case).exists():
        return True
    newest = Verification.objects.filter(case=case).order_by("-id").first()
    people = newest.sheet.get("people", []) if newest else []
    lines = [line for person in people for month in person["months"] for line in month["lines"]]
    return any(line["says"] == "contradicts" and line.get("reference") for line in lines)


def _tracked(case: Case) -> bool:
    # The tracks (arbitration, court, police) stand in a room above this one and hang on the case by this name.
    tracks = getattr(case, "tracks", None)
    return tracks is not None and bool(tracks.exists())


def _with_police(case: Case) -> bool:
    tracks = getattr(case, "tracks", None)
    return tracks is not None and bool(tracks.filter(kind__startswith="police").exists())


def _tried(case: Case) -> bool:
    tried = Contact.objects.filter(case=case).exclude(result="reached")
    later = Contact.objects.filter(case=case, result="reached").order_by("-at").first()
    days = {civil_date(at) for at in tried.values_list("at", flat=True) if later is None or at > later.at}
    return len(days) >= CONTACT_DAYS


def _withdrawn(case: Case) -> bool:
    """Nobody of its people takes part: each withdrew, or refused when he was asked. Who has not answered stands."""
    return Claimant.objects.filter(case=case).exists() and not standing(case).exists()


# What a conclusion may ask for: whether it is on file, and what to say when it is not.
CHECKS: Mapping[str, tuple[Callable[[Case], bool], str, str]] = {
    "received": (_received, "每名申请人的到账记录（银行记录或本人确认）",
                 "the receipt of every claimant, by bank record or his own word"),
    "verification": (_verified, "核实记录和核实表", "a verification with its evidence sheet"),
    "exhibit": (_shown, "凭证材料（上传的材料，或核实表中与反映相矛盾的记录）",
                "proof: a file, or a record in the evidence sheet that contradicts the claim"),
    "merged": (lambda case: case.merged_into_id is not None or case.merged.exists(), "并入的案件", "the case it joins"),
    "note": (lambda case: bool(case.conclusion_note.strip()), "情况说明", "a note of the facts"),
    "track": (_tracked, "已建立的调解、仲裁、诉讼或移送程序", "a track: mediation, arbitration, court or police"),
    "task": (lambda case: case.state == "transferred" or CaseTask.objects.filter(case=case).exists(),
             "移送或交办记录", "the record of handing it to another authority"),
    "contact": (_tried, f"在{CONTACT_DAYS}个不同日期联系未果的记录",
                f"{CONTACT_DAYS} different days of trying in vain"),
    "police": (_with_police, "移送公安机关的程序", "the track of the hand-over to the police"),
    "withdrawn": (_withdrawn, "全部申请人本人撤回或表示不参加", "of every claimant, that he withdrew or takes no part"),
}  # fmt: skip


def missing(case: Case, conclusion: str, note: str = "") -> list[tuple[str, str]]:
    """What a conclusion still lacks, in words (Chinese, English); empty when it may be chosen. Raises KeyError for a
    conclusion that is none."""
    case.conclusion_note = note or case.conclusion_note
    return [(zh, en) for check, zh, en in (CHECKS[need] for need in conclusions()[conclusion].requires)
            if not check(case)]  # fmt: skip


def sample(conclusion: str, at: datetime) -> dict[str, str]:
    """The sample wording of a conclusion, with the day filled in."""
    return {lang: text.format(date=civil_date(at)) for lang, text in conclusions()[conclusion].sample.items()}


@transaction.atomic
def conclude(*, case: Case, conclusion: str, note: str, by: User, at: datetime) -> Case:
    """Close a case. The claimants read the conclusion in its fixed words and are asked how satisfied they are.

    Raises NotYet when evidence is missing, CannotMove when the case has ended, KeyError for a conclusion that is none.
    """
    now = open_and_locked(case)
    kind = conclusions()[conclusion]
    lacking = missing(now, conclusion, note.strip())
    if lacking:
        raise NotYet(lacking)
    now.conclusion, now.conclusion_note = conclusion, note.strip()[:1000]
    words = sample(conclusion, at)
    asked = line(
        now, kind="ask-satisfaction", by=None, at=at, public=True,
        zh="请告诉我们您是否满意；对结果有异议，可以凭编号申请恢复办理",
        en="Please tell us whether you are satisfied; if not, the case can be opened again by its number",
    )  # fmt: skip
    done = step(now, to="ended", by=by, at=at, fields=("conclusion", "conclusion_note"), zh=words["zh"],
                en=words["en"], lines=[asked], changes={"conclusion": kind.title["zh"]})  # fmt: skip
    news = (
        "已办结，凭编号可以查看结果、评价，有异议可以申请恢复办理",
        "it is closed; by your number you can read the result, say how it went, or ask to have it opened again",
    )
    message_case(done, zh=news[0], en=news[1], quiet=news, at=at)
    return done


def reopen_until(case: Case) -> datetime | None:
    """Until when a claimant may have an ended case opened again; None: at any time."""
    rule = reopening()
    if case.ended_at is None or case.conclusion in rule.always:
        return None
    return moment_due(case.ended_at, rule.within)


@transaction.atomic
def reopen(
    *, case: Case, reason: str, at: datetime, by: User | None = None, claimant: Claimant | None = None,
    reason_en: str = "",
) -> Case:  # fmt: skip
    """Open an ended case again, by an officer (``by``) or by one of its claimants; its clocks begin anew.

    ``reason_en``: the reason as the English story tells it; the same words where there are no others.

    A claimant who had withdrawn claims again by it. Raises CannotMove when the case is open or a claimant comes too
    late, ValueError without a reason or when neither of the two is named.
    """
    said = " ".join(reason.split())[:300]
    if not said or (by is None) == (claimant is None):
        raise ValueError("A case is opened again by an officer or by a claimant, for a reason.")
    now = locked(case)
    if now.ended_at is None:
        raise CannotMove("案件正在办理。", "The case is open.")
    until = reopen_until(now)
    if claimant is not None:
        if claimant.case_id not in (now.pk, case.pk):
            raise ValueError("Only a claimant of the case opens it again.")
        if until is not None and at > until:
            raise CannotMove("已超过可恢复办理的期限，请重新反映。",
                             "It is too late to open it again; please claim anew.")  # fmt: skip
    before = now.conclusion
    now.reopened, now.conclusion, now.conclusion_note = now.reopened + 1, "", ""
    if claimant is not None and Claimant.objects.filter(Q(pk=claimant.pk) & ~Q(withdrawn_at=None)).update(
        withdrawn_at=None
    ):
        add_up(now)
    told = line(
        now,
        kind="reopened",
        by=by,
        at=at,
        public=by is None,
        zh=f"恢复办理：{said}",
        en=f"Opened again: {reason_en or said}",
    )
    done = step(now, to="accepted", by=by, at=at, fields=("reopened", "conclusion", "conclusion_note"), lines=[told])
    if done.lane == Lane.PLAIN:
        start_lane(done, at)
        recount(done)
    trail.record(by=by, at=at, action="case-reopen", subject="case", subject_id=done.pk,
                 who="" if by else "worker", changes={"conclusion": before, "number": done.number})  # fmt: skip
    notify(to=[person for person in answerable(done, at=at) if by is None or person.pk != by.pk], kind="case-reopened",
           subject="case", subject_id=done.pk, at=at, urgent=True, zh=f"案件 {done.number} 恢复办理",
           en=f"Case {done.number} was opened again")  # fmt: skip
    return done
