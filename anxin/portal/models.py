"""What a person keeps for the pages: saved filters."""

from django.db import models

from anxin.people.models import User


class SavedFilter(models.Model):
    """A filter of a list, under a name of the person's own."""

    by = models.ForeignKey(User, on_delete=models.CASCADE)
    page = models.CharField(max_length=32)
    name = models.CharField(max_length=64)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "page", "name"], name="one_filter_a_name")]
