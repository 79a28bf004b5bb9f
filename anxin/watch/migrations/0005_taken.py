"""A warning is taken, not claimed: a claim is what a worker makes."""

from django.db import migrations, models


def rename(before, after):
    def run(apps, schema_editor):
        apps.get_model("watch", "Handling").objects.filter(state=before).update(state=after)

    return run


class Migration(migrations.Migration):
    dependencies = [("watch", "0004_lists")]

    operations = [
        migrations.RenameField("handling", "claimed_at", "taken_at"),
        migrations.AlterField(
            "handling",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "待签收"), ("taken", "处置中"), ("asked", "已责令整改"), ("objected", "异议审核中"),
                    ("ended", "已办结"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.RunPython(rename("claimed", "taken"), rename("taken", "claimed")),
    ]
