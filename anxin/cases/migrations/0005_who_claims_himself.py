from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery


def known_already(apps, schema_editor):
    """Who had signed in when he filed, or sat before an officer, is himself; of all others nobody made sure."""
    claimants = apps.get_model("cases", "Claimant").objects.filter(consent="own", worker__isnull=False)
    claims = apps.get_model("cases", "Claim").objects
    himself = claimants.filter(
        Q(claim__filer=F("worker")) | Q(claim__by__isnull=False, claim__door__in=["walk_in", "reception"])
    )
    keys = Subquery(himself.values("pk"))
    claimants.filter(pk__in=keys).update(
        identified_at=Subquery(claims.filter(pk=OuterRef("claim_id")).values("at")[:1])
    )


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_one_index_a_purpose'),
    ]

    operations = [
        migrations.AddField(
            model_name='claimant',
            name='identified_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(known_already, migrations.RunPython.noop),
    ]
