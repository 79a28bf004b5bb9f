"""Figures that pages show and that would take too long to count for every visitor."""

from django.db import models


class RegionFigures(models.Model):
    """The figures of one place and all that lies below it, as of the last refresh; see ``insight.overview``.

    ``as_of`` is the day they speak of, ``counted_at`` the moment they were counted.
    """

    region_code = models.CharField(max_length=6, primary_key=True)
    as_of = models.DateField()
    counted_at = models.DateTimeField()
    figures = models.JSONField(default=dict)


class CostFigures(models.Model):
    """What claims cost the workers: one month of one place (and all below it) by one door, "" for every door.

    ``figures``: see ``insight.cost_counting``. ``as_of`` is the day they speak of.
    """

    region_code = models.CharField(max_length=6)
    door = models.CharField(max_length=16, blank=True)
    month = models.CharField(max_length=7)
    as_of = models.DateField()
    counted_at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region_code", "month", "door"], name="one_cost_cell")]
        indexes = [models.Index(fields=["month"], name="cost_by_month")]
