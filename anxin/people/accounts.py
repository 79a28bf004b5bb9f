"""Accounts: adding people, giving them seats and passwords, stopping them. Each act is a link of the trail."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import transaction

from anxin.law.civil import civil_date
from anxin.people import attempts, trail
from anxin.people.administration import Refused, manageable_people, may_give
from anxin.people.arrivals import end_arrivals
from anxin.people.models import Deputy, Duty, Organisation, Role, User
from anxin.vault.fields import seal_text

_NAME = RegexValidator(r"\A[a-zA-Z0-9_.@-]{2,64}\Z")
_WORDS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Place:
    """What a person is and where: role, unit, and the bounds of what he sees (``User`` tells their meaning)."""

    role: str
    organisation: Organisation | None
    region: str = ""
    industry: str = ""
    project: str = ""


@transaction.atomic
def add_person(
    *, username: str, display_name: str, place: Place, by: User | None, at: datetime, password: str = ""
) -> tuple[User, str]:
    """Add a person who signs in. Answers the account and its first password, which is to be changed at once.

    ``by`` None is the operator at the command, who may do everything. Raises Refused.
    """
    _check_place(place, by)
    try:
        _NAME(username)
    except ValidationError:
        raise Refused(
            "用户名为2至64位字母、数字或 . _ @ -。", "A user name has 2 to 64 letters, digits or . _ @ -."
        ) from None
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"用户名“{username}”已被使用。", f"The user name “{username}” is taken.")
    person = User(username=username, display_name=display_name or username)
    _put(person, place)
    first = password or made_up_password()
    person.set_password(first)
    person.password_changed_at, person.password_given = at, True
    person.save(force_insert=True)
    trail.record(by=by, at=at, action="user-add", subject="user", subject_id=person.pk,
                 changes={"username": username, **_told(place)})  # fmt: skip
    return person, first


@transaction.atomic
def change_place(*, person: User, place: Place, by: User | None, at: datetime) -> User:
    """Give a person another role, unit or bounds; it holds from his next request on."""
    now = _locked(person, by)
    before = place_of(now)
    if before == place:
        return now
    if by is not None and by.pk == now.pk:
        raise Refused("不能修改自己的角色和辖区。", "Nobody changes his own role or bounds.")
    _check_place(place, by)
    if before.role == Role.OPERATOR and place.role != Role.OPERATOR:
        _keep_an_operator(now)
    _put(now, place)
    now.save(update_fields=["role", "organisation", "region", "industry", "project"])
    changed = {key: [old, _told(place)[key]] for key, old in _told(before).items() if old != _told(place)[key]}
    trail.record(by=by, at=at, action="user-change", subject="user", subject_id=now.pk, changes=changed)
    return now


@transaction.atomic
def change_details(
    *, person: User, display_name: str, phone: str | None, single_sign_on: str, by: User | None, at: datetime
) -> User:
    """Change name, telephone (None: leave it) and the name in the government's single sign-on (empty: none)."""
    now = _locked(person, by)
    if single_sign_on and User.objects.filter(single_sign_on=single_sign_on).exclude(pk=now.pk).exists():
        raise Refused("该统一身份账号已绑定他人。", "This single sign-on name belongs to somebody else.")
    changed = [
        name
        for name, old, new in (
            ("display_name", now.display_name, display_name),
            ("single_sign_on", now.single_sign_on or "", single_sign_on),
        )
        if old != new
    ] + (["phone"] if phone is not None else [])
    now.display_name, now.single_sign_on = display_name or now.username, single_sign_on or None
    if phone is not None:
        now.phone_sealed = seal_text(phone)
    now.save(update_fields=["display_name", "single_sign_on", "phone_sealed"])
    if changed:
        trail.record(by=by, at=at, action="user-details", subject="user", subject_id=now.pk,
                     changes={"fields": changed})  # fmt: skip
    return now


@transaction.atomic
def give_password(*, person: User, by: User | None, at: datetime, password: str = "") -> str:
    """A new first password for somebody who forgot his; he changes it when he signs in. His sessions end, and his name
    is no longer locked."""
    now = _locked(person, by)
    given = password or made_up_password()
    now.set_password(given)
    now.password_changed_at, now.password_given = at, True
    now.save(update_fields=["password", "password_changed_at", "password_given"])
    attempts.unlock(name=now.username)
    trail.record(by=by, at=at, action="password-give", subject="user", subject_id=now.pk)
    end_arrivals(person=now, by=by, at=at)
    return given


@transaction.atomic
def choose_password(*, person: User, password: str, at: datetime) -> None:
    """A person's own new password. Raises ValidationError (Django's, translated) when it is too weak or the old one."""
    validate_password(password, person)
    if person.check_password(password):
        raise ValidationError("新密码不能与原密码相同。", code="same")
    person.set_password(password)
    person.password_changed_at, person.password_given = at, False
    person.save(update_fields=["password", "password_changed_at", "password_given"])
    trail.record(by=person, at=at, action="password-change", subject="user", subject_id=person.pk)


def must_change_password(person: User, *, at: datetime) -> bool:
    """Whether the password was given by another, or is older than the installation allows."""
    if person.password_given:
        return True
    days = settings.PASSWORD_DAYS
    changed = person.password_changed_at or person.date_joined
    return bool(days) and changed < at - timedelta(days=days)


@transaction.atomic
def suspend(*, person: User, by: User | None, at: datetime, reason: str = "") -> User:
    """Stop an account at once; it can be resumed. What the person holds stays his."""
    now = _locked(person, by)
    if by is not None and by.pk == now.pk:
        raise Refused("不能停用自己的账号。", "Nobody suspends his own account.")
    if not now.is_active:
        raise Refused("该账号已停用。", "This account is suspended already.")
    _keep_an_operator(now)
    now.is_active = False
    now.save(update_fields=["is_active"])
    trail.record(by=by, at=at, action="user-suspend", subject="user", subject_id=now.pk, changes={"reason": reason})
    end_arrivals(person=now, by=by, at=at)
    return now


@transaction.atomic
def resume(*, person: User, by: User | None, at: datetime) -> User:
    """Let a suspended person, or one who comes back, sign in again."""
    now = _locked(person, by, gone=True)
    if now.is_active and now.left_at is None:
        raise Refused("该账号正在使用。", "This account is in use.")
    now.is_active, now.left_at = True, None
    now.save(update_fields=["is_active", "left_at"])
    trail.record(by=by, at=at, action="user-resume", subject="user", subject_id=now.pk)
    return now


@transaction.atomic
def close_account(*, person: User, by: User | None, at: datetime, reason: str = "") -> User:
    """A person leaves: no seat, no session, no deputy of his or for others, no duty to come. The account stays, for the
    trail names it. What he holds is handed over first (``watch.handling.leaving``)."""
    now = _locked(person, by)
    if by is not None and by.pk == now.pk:
        raise Refused("不能为自己办理离任。", "Nobody signs himself off.")
    _keep_an_operator(now)
    now.is_active, now.left_at = False, at
    now.save(update_fields=["is_active", "left_at"])
    today = civil_date(at)
    for row in (Deputy.objects.filter(absent=now) | Deputy.objects.filter(deputy=now)).filter(until_on__gte=today):
        if row.from_on >= today:
            row.delete()
        else:
            row.until_on = today - timedelta(days=1)
            row.save(update_fields=["until_on"])
    turns, _ = Duty.objects.filter(person=now, starts_at__gt=at).delete()
    trail.record(by=by, at=at, action="user-leave", subject="user", subject_id=now.pk,
                 changes={"reason": reason, "turns_dropped": turns})  # fmt: skip
    end_arrivals(person=now, by=by, at=at)
    return now


def place_of(person: User) -> Place:
    """The place a person has."""
    return Place(person.role, person.organisation, person.region, person.industry, person.project)


def made_up_password() -> str:
    """A password to hand out: 14 letters and digits that cannot be confused."""
    return "".join(secrets.choice(_WORDS) for _ in range(14))


def _locked(person: User, by: User | None, *, gone: bool = False) -> User:
    now = User.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=person.pk)
    if by is not None and by.pk != now.pk and not manageable_people(by).filter(pk=now.pk).exists():
        raise Refused("该人员不在您的管理范围内。", "This person is not yours to administer.")
    if now.left_at is not None and not gone:
        raise Refused("该人员已离任。", "This person has left already.")
    return now


def _check_place(place: Place, by: User | None) -> None:
    """Raises Refused when a place is not whole, or not this administrator's to give."""
    if place.role not in Role.values:
        raise Refused("请选择角色。", "Choose a role.")
    if place.role == Role.CLERK and not place.project:
        raise Refused("劳资专管员须对应一个工程项目。", "A labour clerk needs a project.")
    if place.role not in {Role.CLERK, Role.OPERATOR} and not place.region:
        raise Refused("请选择辖区；没有辖区的人什么也看不到。", "Choose a region; without one he sees nothing.")
    unit = place.organisation
    if unit is not None:
        # Locked, so that nobody closes it while somebody moves in.
        unit = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    if unit is not None and not unit.active:
        raise Refused("该单位已撤销。", "This unit is closed.")
    if unit is not None and unit.industry and place.role == Role.AGENCY and place.industry != unit.industry:
        raise Refused("协同部门经办人的行业须与所在单位一致。", "An agency's person sees its industry only.")
    if by is not None and not may_give(by, role=place.role, region=place.region, industry=place.industry):
        raise Refused("该角色或辖区超出您的管理范围。", "This role or region is not yours to give.")


def _keep_an_operator(person: User) -> None:
    others = User.objects.filter(role=Role.OPERATOR, is_active=True, left_at=None).exclude(pk=person.pk)
    if person.role == Role.OPERATOR and not others.exists():
        raise Refused("至少保留一名系统运维。", "One operator at least must stay.")


def _put(person: User, place: Place) -> None:
    person.role, person.organisation = place.role, place.organisation
    person.region, person.industry, person.project = place.region, place.industry, place.project


def _told(place: Place) -> dict[str, str]:
    told = asdict(Place(place.role, None, place.region, place.industry, place.project))
    return {**told, "organisation": place.organisation.name if place.organisation else ""}
