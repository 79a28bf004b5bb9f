"""Files brought by hand, as far as a person may see them."""

from django.db.models import Q, QuerySet

from anxin.insight.scope import in_region
from anxin.intake.models import Upload
from anxin.intake.sheets.imports import kinds
from anxin.people.models import Role, User


def visible_uploads(user: User) -> QuerySet[Upload]:
    """A clerk sees his project's files, others those of their jurisdiction and the ones they brought themselves."""
    rows = Upload.objects.all()
    if user.role == Role.CLERK:
        return rows.filter(project__code=user.project) if user.project else rows.none()
    if not user.region:
        return rows.none()
    return rows.filter(in_region(user.region, "project__region_code") | Q(project=None, by=user))


# What a site may tell about itself. The bank's word, projects and what authorities decide come from others.
CLERK_KINDS = frozenset(
    {
        "roster",
        "attendance",
        "payroll",
        "entry-exit",
        "contracts",
        "leavers",
        "accounts",
        "deposits",
        "boards",
        "clerks",
    }
)


def kinds_for(user: User) -> list[str]:
    """The kinds of file a person may bring."""
    return [kind for kind in kinds() if user.role != Role.CLERK or kind in CLERK_KINDS]
