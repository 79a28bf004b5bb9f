"""Corp.Upload: companies."""

import re

from anxin.intake.national.calls import Call, Outcome
from anxin.intake.national.fields import Fields
from anxin.intake.national.keeping import keep, sealed_with
from anxin.intake.national.replies import AREA_WRONG, MALFORMED, refuse
from anxin.registry import actions, regions
from anxin.registry.models import Enterprise

NAMES = (
    "corpCode", "corpName", "corpType", "licenseNum", "areaCode", "address", "zipCode", "legalMan", "legalManDuty",
    "legaManProTitle", "legalManIDCardType", "legalManIDCardNumber", "regCapital", "factRegCapital",
    "capitalCurrencyType", "registerDate", "establishDate", "officePhone", "faxNumber", "linkman", "linkTel", "email",
    "website", "remark",
)  # fmt: skip
_SITE = re.compile(r"^(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[:/?#]\S*)?$", re.IGNORECASE)


def area_of(item: Fields, *names: str) -> str:
    """A region code: six digits below a province of today (county codes that were retired are common)."""
    code = item.text(*names, limit=12)
    if code and not (len(code) == 6 and code.isascii() and code.isdigit() and regions.exists(code[:2] + "0000")):
        raise refuse(names[0], AREA_WRONG, "is not a region code of GB/T 2260")
    return code


def company(call: Call, item: Fields, *, code_name: str = "corpCode", name_name: str = "corpName") -> Enterprise | None:
    """The company an object names, registered when it is new; None when it names none."""
    code = item.text(code_name, *(("socialCreditCode",) if code_name == "corpCode" else ()), limit=32)
    if not code:
        return None
    return actions.upsert_enterprise(code=code, name=item.text(name_name), at=call.at)


def upload(call: Call, item: Fields) -> Outcome:
    """Register a company or add to what is known of it."""
    code = item.need("corpCode", "socialCreditCode", limit=32)
    area = area_of(item, "areaCode", "registeredArea")
    site = item.filled("website")
    if site and not _SITE.match(site):
        raise refuse("webSite", MALFORMED, "is not a web address")
    plain, private = keep(call, item, skip=("corpCode", "socialCreditCode", "projectCode"), names=NAMES)
    known = Enterprise.objects.filter(code=code).first()
    actions.upsert_enterprise(
        code=code,
        name=item.text("corpName", "name"),
        at=call.at,
        region_code=area,
        legal_person=item.text("legalMan", limit=64),
        details=plain,
        sealed_details=sealed_with(known.sealed_details if known else None, private),
    )
    return Outcome(accepted=1)
