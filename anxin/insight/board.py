"""A project's notice board as Art. 34 wants it: every entry with its text, and which are still missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from anxin.law.notice_board import Part, known_for, parts
from anxin.people.models import Organisation, OrganisationKind
from anxin.registry.models import BoardText, LabourClerk, Project
from anxin.registry.regions import nearest_first
from anxin.vault.fields import open_text

# National corpType: the trades that are subcontracted, and labour.
_SUBCONTRACTORS = ("001", "006")
_REGULATORS = (OrganisationKind.HOUSING, OrganisationKind.TRANSPORT, OrganisationKind.WATER)
# Entry → the office that it speaks of.
_OF = {"regulator_phone": "regulator", "inspection_phone": "inspection", "legal_aid": "legal_aid"}
DIRECTORY = "本平台机构名录"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the board. ``text`` is empty where it is missing; ``source`` says where a known value stands.

    ``office`` names whose phone or address is asked for, as far as the directory of organisations knows it.
    """

    key: str
    title: Mapping[str, str]
    text: str
    asked: bool
    source: str = ""
    optional: bool = False
    office: str = ""

    @property
    def missing(self) -> bool:
        """Whether Art. 34 asks for it and it is not there."""
        return not self.text and not self.optional

    @property
    def on_paper(self) -> bool:
        """Whether the sheet has a line for it: what a site may publish of its own will and did not has none."""
        return bool(self.text) or not (self.asked and self.optional)


@dataclass(frozen=True, slots=True)
class Board:
    """The board, block by block."""

    blocks: tuple[tuple[Part, tuple[Entry, ...]], ...]

    @property
    def entries(self) -> list[Entry]:
        """Every entry, in the order of the blocks."""
        return [entry for _part, some in self.blocks for entry in some]

    @property
    def missing(self) -> list[Entry]:
        """What Art. 34 asks for and is not there."""
        return [entry for entry in self.entries if entry.missing]


def board_of(project: Project, *, as_of: date, phones: bool = True) -> Board:
    """The board of a project. Its clerk's phone is part of it by law; ``phones`` False shows only that there is one.

    What the site wrote goes before the table, since a county may know better; companies, clerk and pay-day are the
    registry's and nobody writes them here.
    """
    clerk = project.clerks.filter(until_on=None).order_by("-since_on").first()
    row = BoardText.objects.filter(project=project).first()
    written: dict[str, str] = row.entries if row else {}
    known = known_for(project.region_code, as_of)
    offices = _offices(project)
    own = _registry(project, clerk, phones)
    blocks = []
    for part in parts():
        some = []
        for kind in part.entries:
            if kind.key in own:
                text, source = own[kind.key], ""
            elif written.get(kind.key):
                text, source = written[kind.key], ""
            elif found := known.get(kind.key):
                text, source = found.text, found.source
            elif kind.key == "regulator" and "regulator" in offices:
                text, source = offices["regulator"].name, DIRECTORY
            elif (office := offices.get(_OF.get(kind.key, ""))) is not None and office.phone:
                # The public number that claimants are told, too.
                text, source = office.phone, DIRECTORY
            else:
                text, source = "", ""
            about = offices.get(_OF.get(kind.key, ""))
            name = about.name if about is not None else ""
            some.append(Entry(kind.key, kind.title, text, kind.asked, source, kind.optional, name))
        blocks.append((part, tuple(some)))
    return Board(tuple(blocks))


def _offices(project: Project) -> dict[str, Organisation]:
    """The offices in charge of the project's place, the nearest of each."""
    places = nearest_first(project.region_code)
    units = Organisation.objects.filter(active=True, region_code__in=places)
    found: dict[str, Organisation] = {}
    # The farthest first, so that the nearest is written last.
    for unit in sorted(units, key=lambda unit: (-places.index(unit.region_code), -unit.pk)):
        if unit.kind == OrganisationKind.HR:
            found["inspection"] = unit
        elif unit.kind == OrganisationKind.LEGAL_AID:
            found["legal_aid"] = unit
        elif unit.kind in _REGULATORS and unit.industry and unit.industry == project.industry:
            found["regulator"] = unit
    return found


def _registry(project: Project, clerk: LabourClerk | None, phones: bool) -> dict[str, str]:
    subs = project.participations.filter(role__in=_SUBCONTRACTORS, left_on=None).order_by("enterprise__name")
    phone = open_text(clerk.phone_sealed) if clerk and phones else "·" if clerk and clerk.phone_sealed else ""
    return {
        "developer": project.developer.name if project.developer else "",
        "contractor": project.contractor.name if project.contractor else "",
        "subcontractors": "、".join(subs.values_list("enterprise__name", flat=True)),
        "clerk": clerk.name if clerk else "",
        "clerk_phone": phone,
        "pay_day": str(project.pay_day) if project.pay_day else "",
    }
