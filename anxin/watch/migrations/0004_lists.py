from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_signing_in"),
        ("watch", "0003_pauserequest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="handling",
            name="handlings_by_deadline",
        ),
        migrations.RemoveIndex(
            model_name="handling",
            name="handlings_of_a_person",
        ),
        migrations.RemoveIndex(
            model_name="handling",
            name="handlings_of_a_unit",
        ),
        migrations.RemoveIndex(
            model_name="handling",
            name="handlings_of_a_region",
        ),
        migrations.AddField(
            model_name="handling",
            name="rank",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="handling",
            name="rule",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.RunSQL(
            "UPDATE watch_handling SET rule = (SELECT rule FROM watch_warning WHERE id = warning_id),"
            " rank = (SELECT rank FROM watch_warning WHERE id = warning_id)",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["at"], name="rungs_by_time"),
        ),
        migrations.AddIndex(
            model_name="handling",
            index=models.Index(
                fields=[
                    "ended_at",
                    "due_at",
                    "id",
                    "region_code",
                    "industry",
                    "rank",
                    "rule",
                    "state",
                    "unit",
                    "owner",
                    "warning",
                ],
                name="handlings_listed",
            ),
        ),
        migrations.AddIndex(
            model_name="handling",
            index=models.Index(fields=["owner", "ended_at", "due_at"], name="handlings_of_a_person"),
        ),
        migrations.AddIndex(
            model_name="handling",
            index=models.Index(fields=["unit", "ended_at", "due_at"], name="handlings_of_a_unit"),
        ),
        migrations.AddIndex(
            model_name="handling",
            index=models.Index(fields=["region_code", "ended_at", "due_at"], name="handlings_of_a_region"),
        ),
        migrations.AddIndex(
            model_name="handling",
            index=models.Index(fields=["ended_at", "started_at", "region_code", "industry"], name="handlings_by_start"),
        ),
    ]
