"""Taking a claim in: one function for every door. Sent again under its key, a claim is answered as the first time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from anxin import plainly
from anxin.cases.flow import new_clocks, set_due, tell
from anxin.cases.models import Case, Claim, Claimant, ClaimDoor, Consent, EmployerName, Matter
from anxin.cases.numbers import CONSENT_DIGITS, RETURN_DIGITS, blind_code, new_code, new_number
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.actions import identity_blind
from anxin.registry.models import Enterprise, Project, Worker
from anxin.vault.fields import blind, seal_text
from anxin.watch.handling.routing import unit_of_place
from anxin.watch.models import Warning

# So many claimants make a group 集体; the law gives groups representatives and priority.
GROUP = 10
# Doors at which an officer has the person and his identity card before him.
_FACE_TO_FACE = (ClaimDoor.WALK_IN, ClaimDoor.RECEPTION)


@dataclass(frozen=True)
class Person:
    """One person as a door brings him. ``consent``: own for who speaks for himself. Fen; months "2026-03".
    ``own_code``: he came with others and follows the claim by a code of his own, not by that of whoever filed.

    ``worker`` when the door knows him from the roster. Name and personal numbers are never shown.
    """

    name: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    worker: Worker | None = None
    months: Sequence[str] = ()
    days: float | None = None
    rate_fen: int | None = None
    claimed_fen: int = 0
    representative: bool = False
    consent: str = Consent.OWN
    own_code: bool = False
    days_spent: float | None = None
    trips: int | None = None
    cost_fen: int | None = None


@dataclass(frozen=True)
class Told:
    """A claim as a door brings it. ``key`` is the door's own mark of this one sending (form token, other platform's
    number): the same key is the same claim. ``by``: the officer who took it in, then its named person."""

    door: str
    key: str
    people: Sequence[Person]
    region_code: str
    matter: str = Matter.BUILDING_WAGES
    project: Project | None = None
    enterprise: Enterprise | None = None
    employer: str = ""
    industry: str = ""
    place: str = ""
    text: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    filer: Worker | None = None
    by: User | None = None
    warning: Warning | None = None
    source_number: str = ""
    anonymous: bool = True
    retaliation: bool = False
    safe_from: int = 8
    safe_until: int = 21
    language: str = "zh-hans"


@dataclass(frozen=True)
class Filed:
    """What the person who filed is told: once the codes, ever after only the number. ``new`` False: sent before.

    ``consent_codes``: claimant's id → the code by which he agrees to be spoken for; ``own_codes``: the same of those
    who speak for themselves beside the one who filed.
    """

    claim: Claim
    new: bool
    return_code: str = field(default="", repr=False)
    consent_codes: dict[int, str] = field(default_factory=dict, repr=False)
    own_codes: dict[int, str] = field(default_factory=dict, repr=False)


def file_claim(told: Told, *, at: datetime) -> Filed:
    """Take a claim in: a case, its clocks, its first line and the trail, in one transaction.

    Raises ValueError when nobody claims. Two sendings of one key at the same moment become one claim.
    """
    if not told.people:
        raise ValueError("A claim needs somebody who claims.")
    for last in (False, False, True):
        try:
            with transaction.atomic():
                return _file(told, at)
        except IntegrityError:
            # Either somebody sent the same key at the same moment, or the number drawn is taken: draw again.
            known = find_by_key(told.door, told.key)
            if known is not None:
                return Filed(known, new=False)
            if last:
                raise
    raise AssertionError


def find_by_key(door: str, key: str) -> Claim | None:
    """The claim a door sent under a key."""
    return next(iter(plainly.read(Claim, key=_key(door, key))), None)


def remember_employer(name: str) -> None:
    """Let a case be found by a part of what its employer was called."""
    if name and not EmployerName.objects.filter(name=name).exists():
        EmployerName.objects.bulk_create([EmployerName(name=name)], ignore_conflicts=True)


def _key(door: str, key: str) -> str:
    return hashlib.sha256(f"{door}\0{key}".encode()).hexdigest()


def _file(told: Told, at: datetime) -> Filed:
    known = find_by_key(told.door, told.key)
    if known is not None:
        return Filed(known, new=False)
    number = new_number(at)
    case = Case(
        number=number, door=told.door, matter=told.matter, region_code=told.region_code,
        industry=told.industry or (told.project.industry if told.project else ""), project=told.project,
        enterprise=told.enterprise or (told.project.contractor if told.project else None),
        employer=told.employer[:200], unit=unit_of_place(told.region_code), owner=told.by,
        taken_at=at if told.by else None, warning=told.warning, collective=len(told.people) >= GROUP,
        retaliation=told.retaliation, opened_at=at,
        people=len(told.people), claimed_fen=sum(person.claimed_fen for person in told.people),
    )  # fmt: skip
    clocks = new_clocks(case, at=at)
    set_due(case, clocks)
    plainly.add(case)
    plainly.add(*clocks)
    remember_employer(case.employer)
    code = new_code(RETURN_DIGITS)
    claim = Claim(
        case=case, number=number, key=_key(told.door, told.key), door=told.door, source_number=told.source_number[:64],
        at=at, by=told.by, filer=told.filer, anonymous=told.anonymous, text_sealed=seal_text(told.text[:4000]),
        place=told.place[:200], phone_sealed=seal_text(told.phone),
        phone_blind=blind("phone", told.phone) if told.phone else b"", safe_from=told.safe_from,
        safe_until=told.safe_until, retaliation=told.retaliation, language=told.language,
        return_code_blind=blind_code("return-code", code),
    )  # fmt: skip
    plainly.add(claim)
    codes = write_people(claim, case, told.people, at)
    tell(case, kind="received", by=told.by, at=at, public=True, zh="已经收到您的反映", en="We have received your claim")
    trail.record(by=told.by, at=at, action="claim-filed", subject="case", subject_id=case.pk, who="worker",
                 changes={"number": number, "door": told.door, "people": len(told.people)})  # fmt: skip
    own: set[int] = set()
    if any(person.own_code for person in told.people):
        own |= set(Claimant.objects.filter(claim=claim, consent=Consent.OWN).values_list("pk", flat=True))
    return Filed(
        claim, new=True, return_code=code, consent_codes={pk: one for pk, one in codes.items() if pk not in own},
        own_codes={pk: one for pk, one in codes.items() if pk in own},
    )  # fmt: skip


def write_people(claim: Claim, case: Case, people: Sequence[Person], at: datetime) -> dict[int, str]:
    """Write the people of a claim in the caller's transaction. Answers claimant's id → code of those still to agree,
    and of those who get one of their own."""
    rows, codes = [], []
    for person in people:
        code = new_code(CONSENT_DIGITS) if person.consent == Consent.ASKED or person.own_code else ""
        codes.append(code)
        rows.append(
            Claimant(
                claim=claim,
                case=case,
                worker=person.worker,
                identified_at=at if _is_himself(claim, person) else None,
                name_sealed=seal_text(person.name[:64]),
                identity_sealed=seal_text(person.identity),
                identity_blind=identity_blind(person.identity) if person.identity else b"",
                phone_sealed=seal_text(person.phone),
                phone_blind=blind("phone", person.phone) if person.phone else b"",
                representative=person.representative,
                consent=person.consent,
                consent_at=at if person.consent == Consent.OWN else None,
                consent_code_blind=blind_code("consent-code", code) if code else b"",
                months=sorted(set(person.months)),
                days=person.days,
                rate_fen=person.rate_fen,
                claimed_fen=person.claimed_fen,
                days_spent=person.days_spent,
                trips=person.trips,
                cost_fen=person.cost_fen,
            )
        )
    plainly.add(*rows)
    return {row.pk: code for row, code in zip(rows, codes, strict=True) if code}


def _is_himself(claim: Claim, person: Person) -> bool:
    """Whether it is sure that a worker of the roster claims himself, and not somebody who knows his number."""
    if person.worker is None or person.consent != Consent.OWN:
        return False
    return claim.filer_id == person.worker.pk or (claim.by_id is not None and claim.door in _FACE_TO_FACE)
