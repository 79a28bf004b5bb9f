"""Units and people around a warning in hand, for the pages of hand-over."""

from datetime import datetime

from anxin.people.models import Organisation, User
from anxin.watch.handling.routing import hand_over
from anxin.watch.models import Handling
from tests.insight.test_overview import warn
from tests.portal.site import make_user


def make_units() -> dict[str, Organisation]:
    """Inspection of province, city and county (the county's at Xiaodian), its government, the city's housing bureau."""
    make = Organisation.objects.create
    province = make(name="山西省人社厅", name_en="Shanxi HR", kind="hr", region_code="140000")
    city = make(name="太原市人社局", name_en="Taiyuan HR", kind="hr", region_code="140100", parent=province)
    return {
        "province": province,
        "city": city,
        "county": make(name="小店区人社局", name_en="Xiaodian HR", kind="hr", region_code="140105", parent=city),
        "government": make(name="小店区人民政府", name_en="Xiaodian", kind="government", region_code="140105"),
        "housing": make(name="太原市住建局", name_en="Taiyuan Housing", kind="housing", region_code="140100"),
    }


def make_people(units: dict[str, Organisation]) -> dict[str, User]:
    """Two officers, chiefs of county, city and province, a mayor, a housing agent, the clerk of P1."""
    return {
        "officer": make_user("officer", "officer", "140105", organisation=units["county"]),
        "second": make_user("second", "officer", "140105", organisation=units["county"]),
        "chief": make_user("chief", "chief", "140105", organisation=units["county"]),
        "city": make_user("city", "chief", "140100", organisation=units["city"]),
        "province": make_user("province", "chief", "140000", organisation=units["province"]),
        "mayor": make_user("mayor", "leader", "140105", organisation=units["government"]),
        "housing": make_user("housing", "agency", "140100", organisation=units["housing"], industry="housing"),
        "clerk": make_user("clerk", "clerk", "", project="P1"),
    }


def in_hand(project, at: datetime, **fields) -> Handling:
    """A warning about a project, handed over."""
    warning = warn(project, at, **fields)
    hand_over(at=at)
    return Handling.objects.select_related("warning").get(warning=warning)
