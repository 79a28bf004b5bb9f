"""The plan in bulk."""

from collections.abc import Callable
from datetime import datetime

from anxin.simulate import doors
from anxin.simulate.plan import Province
from anxin.simulate.site import Site


def load(
    province: Province,
    *,
    at: datetime,
    a_day: int,
    progress: Callable[[int, int], None] | None = None,
    each: Callable[[Site, doors.Loaded], None] | None = None,
) -> doors.Loaded:
    """Set by set; for now through the doors."""
    return doors.load(province, at=at, a_day=a_day, progress=progress, each=each)
