"""Recording looks at personal data."""

from datetime import datetime

from anxin.people.models import Look, User


def record_look(*, by: User, at: datetime, subject: str, subject_id: int, field: str, page: str) -> Look:
    """Write down that a masked field was opened. Call it before the value is sent, in the same transaction."""
    return Look.objects.create(
        by=by, looked_at=at, subject=subject, subject_id=subject_id, field=field, page=page[:200]
    )
