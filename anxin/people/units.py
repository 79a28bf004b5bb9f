"""Organisations: adding, changing and closing units of the tree."""

import re
from datetime import datetime

from django.db import transaction

from anxin.people import trail
from anxin.people.administration import Refused, manageable_units, may_place_unit
from anxin.people.models import Organisation, OrganisationKind, User

FIELDS = ("name", "name_en", "kind", "region_code", "industry", "enterprise_code", "phone")
# The national labour hotline, for an office that has given no number of its own.
HOTLINE = "12333"
_PHONE = re.compile(r"\d[\d -]{3,18}\d")
_MOBILE = re.compile(r"(86)?1[3-9]\d{9}")


def public_phone(unit: Organisation | None) -> str:
    """The number at which a unit answers the public, or else the hotline's."""
    return unit.phone if unit is not None and unit.phone else HOTLINE


@transaction.atomic
def add_unit(
    *,
    name: str,
    kind: str,
    region_code: str,
    parent: Organisation | None,
    by: User | None,
    at: datetime,
    name_en: str = "",
    industry: str = "",
    enterprise_code: str = "",
    phone: str = "",
) -> Organisation:
    """Add a unit. Raises Refused for one without a name or a region, or one that exists."""
    unit = Organisation(
        name=name, name_en=name_en, kind=kind, region_code=region_code, industry=industry,
        enterprise_code=enterprise_code, phone=phone, parent=parent,
    )  # fmt: skip
    _check(unit, by)
    unit.save(force_insert=True)
    trail.record(by=by, at=at, action="unit-add", subject="organisation", subject_id=unit.pk, changes=_told(unit))
    return unit


@transaction.atomic
def change_unit(
    *,
    unit: Organisation,
    name: str,
    kind: str,
    region_code: str,
    parent: Organisation | None,
    by: User | None,
    at: datetime,
    name_en: str = "",
    industry: str = "",
    enterprise_code: str = "",
    phone: str = "",
) -> Organisation:
    """Change a unit: its name, kind, bounds, or its place in the tree."""
    now = _locked(unit, by)
    before = _told(now)
    now.name, now.name_en, now.kind, now.region_code = name, name_en, kind, region_code
    now.industry, now.enterprise_code, now.phone, now.parent = industry, enterprise_code, phone, parent
    _check(now, by)
    changed = {key: [before[key], value] for key, value in _told(now).items() if before[key] != value}
    if changed:
        now.save()
        trail.record(by=by, at=at, action="unit-change", subject="organisation", subject_id=now.pk, changes=changed)
    return now


@transaction.atomic
def close_unit(*, unit: Organisation, by: User | None, at: datetime, reason: str = "") -> Organisation:
    """Close a unit nobody works in any more and that has no open unit below it. It stays in the records."""
    now = _locked(unit, by)
    if not now.active:
        raise Refused("该单位已撤销。", "This unit is closed already.")
    if now.people.filter(left_at=None).exists():
        raise Refused("该单位尚有人员，请先调离或办理离任。", "People work here: move or sign them off first.")
    if now.children.filter(active=True).exists():
        raise Refused("请先撤销或调整其下级单位。", "Close or move the units below it first.")
    now.active = False
    now.save(update_fields=["active"])
    trail.record(by=by, at=at, action="unit-close", subject="organisation", subject_id=now.pk,
                 changes={"reason": reason})  # fmt: skip
    return now


@transaction.atomic
def reopen_unit(*, unit: Organisation, by: User | None, at: datetime) -> Organisation:
    """Open a closed unit again."""
    now = _locked(unit, by)
    if now.active:
        raise Refused("该单位未撤销。", "This unit is open.")
    now.active = True
    now.save(update_fields=["active"])
    trail.record(by=by, at=at, action="unit-reopen", subject="organisation", subject_id=now.pk)
    return now


def _locked(unit: Organisation, by: User | None) -> Organisation:
    now = Organisation.objects.select_for_update(of=("self",), no_key=True).select_related("parent").get(pk=unit.pk)
    if by is not None and not manageable_units(by).filter(pk=now.pk).exists():
        raise Refused("该单位不在您的管理范围内。", "This unit is not yours to administer.")
    return now


def _check(unit: Organisation, by: User | None) -> None:
    if not unit.name:
        raise Refused("请填写单位名称。", "Give the unit a name.")
    if unit.kind not in OrganisationKind.values:
        raise Refused("请选择单位类别。", "Choose the kind of unit.")
    if not unit.region_code:
        raise Refused("请选择辖区。", "Choose a region.")
    if unit.phone and (not _PHONE.fullmatch(unit.phone) or _MOBILE.fullmatch(re.sub(r"\D", "", unit.phone))):
        # A person's own number does not go to the public, nor into the trail.
        raise Refused("公开电话须为单位的固定电话或热线，如 0351-0000000；不要填写个人手机号。",
                      "The public number is the office's own, like 0351-0000000, not a person's mobile.")  # fmt: skip
    twins = Organisation.objects.filter(kind=unit.kind, region_code=unit.region_code, name=unit.name)
    if twins.exclude(pk=unit.pk).exists():
        raise Refused("同一地区已有同名单位。", "There is a unit of this name here already.")
    above = unit.parent
    while above is not None:
        if above.pk == unit.pk:
            raise Refused("上级单位不能是自己或下级单位。", "A unit cannot lie below itself.")
        above = above.parent
    if by is not None and not may_place_unit(by, region=unit.region_code, industry=unit.industry):
        raise Refused("该地区或行业超出您的管理范围。", "This region or industry is not yours to administer.")


def _told(unit: Organisation) -> dict[str, str]:
    return {**{name: getattr(unit, name) for name in FIELDS}, "parent": unit.parent.name if unit.parent else ""}
