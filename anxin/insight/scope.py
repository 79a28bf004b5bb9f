"""What a person may see: every page, count and export starts from one of these query sets."""

from django.db.models import Q, QuerySet

from anxin.people.access import region_prefix
from anxin.people.models import Role, User
from anxin.registry.models import Project
from anxin.watch.models import Warning


def in_region(region: str, field: str = "region_code") -> Q:
    """Rows whose region lies in a region. A range, not LIKE: an index can answer it on every database."""
    prefix = region_prefix(region)
    if len(prefix) == 6:
        return Q(**{field: prefix})
    above = str(int(prefix) + 1).zfill(len(prefix))
    within = Q(**{f"{field}__gte": prefix})
    return within & Q(**{f"{field}__lt": above}) if len(above) == len(prefix) else within


def visible_projects(user: User) -> QuerySet[Project]:
    """A clerk sees his project, others the projects of their jurisdiction; without one, nothing."""
    if user.role == Role.CLERK:
        return Project.objects.filter(code=user.project) if user.project else Project.objects.none()
    return Project.objects.filter(in_region(user.region)) if user.region else Project.objects.none()


def visible_warnings(user: User) -> QuerySet[Warning]:
    """The same for warnings."""
    if user.role == Role.CLERK:
        return Warning.objects.filter(project__code=user.project) if user.project else Warning.objects.none()
    return Warning.objects.filter(in_region(user.region)) if user.region else Warning.objects.none()
