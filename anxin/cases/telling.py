"""Telling claimants by short message how their claim goes on, beside the public line they read on their page.

What happens to a claim within a quarter of an hour, or while its people may not be rung, is one message: an officer who
takes, accepts and verifies it at one sitting makes a telephone ring once. No message names the employer or a sum; to
who claimed anonymously it does not even say what it is about. Whoever filed in English reads English on the phone he
left; a member of a group reads the language he agreed in, and Chinese until then.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from anxin.cases.models import Case, Claim, Claimant, Consent
from anxin.cases.procedure import states
from anxin.law.civil import SHANGHAI
from anxin.notices.channels import has_sms
from anxin.notices.models import Delivery
from anxin.notices.send import tell_phone
from anxin.notices.times import waking
from anxin.vault.fields import open_text, seal_text

_TOGETHER = timedelta(minutes=15)
# What anybody may read over a shoulder.
SOME_NEWS = ("有新进展，请凭编号查看", "there is news; please look it up by your number")
# States told by the act that leads there, in more than the state's own words; or by none, being no news to anybody.
_TOLD_ELSEWHERE = frozenset({"received", "dispatched", "ordered", "ended"})
_MORE = {
    "refused": ("，原因请凭编号查看", "; look up the reason by your number"),
    "supplement": ("，请凭编号查看", "; look it up by your number"),
}
# States whose plain words tell nothing of money or of the other side.
_BARE = frozenset({"accepted", "refused", "supplement", "transferred"})


def message_step(case: Case, *, to: str, at: datetime) -> None:
    """Tell the people of a case that it came to another state, in the state's plain words, in the caller's
    transaction."""
    if to in _TOLD_ELSEWHERE or not has_sms():
        return
    plain, more = states()[to].plain, _MORE.get(to, ("", ""))
    words = (plain["zh"] + more[0], plain["en"] + more[1])
    message_case(case, zh=words[0], en=words[1], quiet=words if to in _BARE else SOME_NEWS, at=at)


def message_case(case: Case, *, zh: str, en: str, at: datetime, quiet: tuple[str, str] = SOME_NEWS) -> None:
    """Send ``zh`` or ``en`` to the phones of every claim in a case, each with the number its people hold, in the
    caller's transaction; ``quiet`` (Chinese, English) goes where the claim is anonymous. It costs nothing where no
    short messages are sent.
    """
    if has_sms():
        for claim in Claim.objects.filter(case=case):
            _queue(claim, _phones(claim), quiet if claim.anonymous else (zh, en), at)


def message_claimant(claimant: Claimant, *, zh: str, en: str, at: datetime, quiet: tuple[str, str] = SOME_NEWS) -> None:
    """``message_case`` for one person: on his own phone, or on the claim's where he filed it."""
    if not has_sms():
        return
    claim = Claim.objects.get(pk=claimant.claim_id)
    phones = {bytes(claimant.phone_blind): _own(claimant, claim)} if claimant.phone_blind else {}
    if not phones and claim.phone_blind and claimant.consent == Consent.OWN:
        phones = {bytes(claim.phone_blind): Phone(bytes(claim.phone_sealed), claim.language.startswith("en"))}
    _queue(claim, phones, quiet if claim.anonymous else (zh, en), at)


def message_claimants(claims: Iterable[Claim], *, text: str, text_en: str, mark: str, at: datetime) -> int:
    """Send one message to every phone of the claims, in the caller's transaction. Answers to how many.

    ``text`` (``text_en`` to who filed or agreed in English) names no person and no employer: a phone may lie where
    others read it. ``mark`` names the occasion; the same is sent once to a phone.
    """
    if not has_sms():
        return 0
    phones: dict[bytes, tuple[Phone, Claim]] = {}
    for claim in claims:
        phones |= {key: (phone, claim) for key, phone in _phones(claim).items()}
    for key, (phone, claim) in phones.items():
        tell_phone(
            phone=open_text(phone.sealed),
            text=text_en if phone.english else text,
            key=f"{mark}:{key.hex()}",
            at=at,
            hours=_hours(claim),
        )
    return len(phones)


class Phone(NamedTuple):
    """A sealed number, and whether its owner reads English."""

    sealed: bytes
    english: bool


def _phones(claim: Claim) -> dict[bytes, Phone]:
    """The phones of a claim's people, by their blind value."""
    in_english = claim.language.startswith("en")
    phones = {bytes(claim.phone_blind): Phone(bytes(claim.phone_sealed), in_english)} if claim.phone_blind else {}
    standing = Claimant.objects.filter(claim=claim, withdrawn_at=None).exclude(consent=Consent.REFUSED)
    for row in standing.exclude(phone_blind=b""):
        phones[bytes(row.phone_blind)] = _own(row, claim)
    return phones


def _own(claimant: Claimant, claim: Claim) -> Phone:
    """A person's own phone: in the language he agreed in; who agreed in none and holds the claim's phone filed it."""
    filed = bytes(claimant.phone_blind) == bytes(claim.phone_blind)
    language = claimant.language or (claim.language if filed else "")
    return Phone(bytes(claimant.phone_sealed), language.startswith("en"))


def _hours(claim: Claim) -> tuple[int, int]:
    return claim.safe_from, claim.safe_until


def _queue(claim: Claim, phones: dict[bytes, Phone], said: tuple[str, str], at: datetime) -> None:
    """Put the words into the claim's message that waits, or into a new one."""
    turn = waking(_end_of_quarter(at), _hours(claim))
    for key, (sealed, english) in phones.items():
        words, head, (stop, comma) = said[english], _head(claim, english), (".", "; ") if english else ("。", "；")
        name = f"step:{claim.pk}:{turn.astimezone(SHANGHAI):%y%m%d%H%M}:{key.hex()}"
        waiting = Delivery.objects.filter(key=name).first()
        if waiting is not None and waiting.state == "waiting":
            text = open_text(waiting.text_sealed)
            if words not in text:
                Delivery.objects.filter(pk=waiting.pk).update(
                    text_sealed=seal_text(text.removesuffix(stop) + f"{comma}{words}{stop}")
                )
            continue
        if waiting is not None:
            name += f":{at:%S%f}"
        tell_phone(phone=open_text(sealed), text=f"{head}{words}{stop}", key=name, at=at, hours=_hours(claim),
                   not_before=turn)  # fmt: skip


def _head(claim: Claim, english: bool) -> str:
    if english:
        return f"[Anxin] No. {claim.number}: " if claim.anonymous else f"[Anxin] Your claim (no. {claim.number}): "
    return f"【安薪】编号 {claim.number}：" if claim.anonymous else f"【安薪】您的反映（编号 {claim.number}）："


def _end_of_quarter(at: datetime) -> datetime:
    begun = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
    return begun + _TOGETHER
