"""A handling that ended because its warning was put to sleep says so, and no more what an upheld objection says."""

from django.db import migrations
from django.db.models import Exists, OuterRef


def apart(apps, schema_editor):
    objections = apps.get_model("watch", "Objection").objects
    upheld = objections.filter(handling=OuterRef("pk"), accepted=True, answered_at=OuterRef("ended_at"))
    handlings = apps.get_model("watch", "Handling").objects
    handlings.filter(~Exists(upheld), outcome="accepted").update(outcome="snoozed")


def together(apps, schema_editor):
    apps.get_model("watch", "Handling").objects.filter(outcome="snoozed").update(outcome="accepted")


class Migration(migrations.Migration):
    dependencies = [("watch", "0009_sweeps_of_some")]
    operations = [migrations.RunPython(apart, together)]
