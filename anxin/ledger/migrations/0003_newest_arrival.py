from django.db import migrations, models
from django.db.models import Max


def of_what_is_sealed(apps, schema_editor):
    """The newest seal learns when the newest sealed batch arrived; older seals are never asked."""
    seals, batches = apps.get_model("ledger", "Seal"), apps.get_model("ledger", "Batch")
    last = seals.objects.order_by("-number").first()
    if last is not None:
        last.newest_arrival = batches.objects.exclude(seal=None).aggregate(newest=Max("arrived_at"))["newest"]
        last.save(update_fields=["newest_arrival"])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_past_month")]

    operations = [
        migrations.AddField("seal", "newest_arrival", models.DateTimeField(null=True)),
        migrations.RunPython(of_what_is_sealed, migrations.RunPython.noop),
    ]
