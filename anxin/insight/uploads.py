"""Files brought by hand, as far as a person may see them."""

from django.db.models import Q, QuerySet

from anxin.insight.scope import in_region
from anxin.intake.models import Upload
from anxin.people.models import Role, User


def visible_uploads(user: User) -> QuerySet[Upload]:
    """A clerk sees his project's files, others those of their jurisdiction and the ones they brought themselves."""
    rows = Upload.objects.all()
    if user.role == Role.CLERK:
        return rows.filter(project__code=user.project) if user.project else rows.none()
    if not user.region:
        return rows.none()
    return rows.filter(in_region(user.region, "project__region_code") | Q(project=None, by=user))
