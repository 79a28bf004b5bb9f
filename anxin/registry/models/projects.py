"""Projects and what hangs on them."""

from django.db import models

from anxin.registry.models.places import Enterprise


class Industry(models.TextChoices):
    """The industry department in charge 行业主管."""

    HOUSING = "housing", "住建"
    TRANSPORT = "transport", "交通"
    WATER = "water", "水利"
    RAILWAY = "railway", "铁路"
    ENERGY = "energy", "能源电力"
    INDUSTRY = "industry", "工业与矿山"
    TELECOM = "telecom", "通信"
    OTHER = "other", "其他"


class ProjectStatus(models.TextChoices):
    """National codes 001–005, by name."""

    PREPARING = "preparing", "筹备"
    APPROVED = "approved", "立项"
    ACTIVE = "active", "在建"
    COMPLETED = "completed", "完工"
    SUSPENDED = "suspended", "停工"


class Investment(models.TextChoices):
    """Who pays for the works 投资性质."""

    GOVERNMENT = "government", "政府投资"
    STATE_OWNED = "state_owned", "国有企业投资"
    OTHER = "other", "其他投资"


class Project(models.Model):
    """A construction project 工程项目. Money in fen; dates are civil dates in Asia/Shanghai."""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    region_code = models.CharField(max_length=6, db_index=True)
    address = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=4, blank=True)
    industry = models.CharField(max_length=16, choices=Industry, default=Industry.OTHER)
    investment = models.CharField(max_length=16, choices=Investment, default=Investment.OTHER)
    status = models.CharField(max_length=16, choices=ProjectStatus, default=ProjectStatus.ACTIVE)
    status_since = models.DateField(null=True)
    started_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    contractor = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="contracted_projects")
    developer = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="developed_projects")
    invest_fen = models.BigIntegerField(null=True)
    contract_price_fen = models.BigIntegerField(null=True)
    pay_day = models.PositiveSmallIntegerField(null=True)
    labour_fee_ratio = models.FloatField(null=True)
    contact_name = models.CharField(max_length=64, blank=True)
    contact_phone_sealed = models.BinaryField(default=b"")
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    details = models.JSONField(default=dict)
    sealed_details = models.BinaryField(default=b"")
    registered_on = models.DateField()
    recorded_at = models.DateTimeField()


class StatusChange(models.Model):
    """A project's status moved; kept for ever, because firms have changed it to escape supervision."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="status_changes")
    old = models.CharField(max_length=16, blank=True)
    new = models.CharField(max_length=16)
    changed_on = models.DateField()
    source = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()


class Pause(models.Model):
    """An approved suspension 停工报备 (winter, force majeure …), both days included."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pauses")
    from_on = models.DateField()
    until_on = models.DateField()
    reason = models.CharField(max_length=200)
    approved_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "from_on"], name="one_pause_a_start")]


class Participation(models.Model):
    """A company's part in a project 参建单位. ``role`` is the national corpType 001–012."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="participations")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="participations")
    role = models.CharField(max_length=4, blank=True)
    entered_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    manager_name = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)
    sealed_details = models.BinaryField(default=b"")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "enterprise"], name="one_part_a_company")]


class Team(models.Model):
    """A work team 班组. ``number`` is the national teamSysNo, ten digits and below 2^31."""

    number = models.BigIntegerField(unique=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="teams")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=100)
    entered_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    details = models.JSONField(default=dict)
    sealed_details = models.BinaryField(default=b"")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "enterprise", "name"], name="one_team_a_name")]


class LabourClerk(models.Model):
    """The labour clerk 劳资专管员 of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="clerks")
    name = models.CharField(max_length=64)
    phone_sealed = models.BinaryField(default=b"")
    since_on = models.DateField()
    until_on = models.DateField(null=True)


class NoticeBoard(models.Model):
    """A notice board 维权信息告示牌 shown to have been put up."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="boards")
    posted_on = models.DateField()
    evidence = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "posted_on"], name="one_board_a_day")]


class JointInspection(models.Model):
    """A joint on-site check 联合检查 of a new project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="inspections")
    done_on = models.DateField()
    findings = models.TextField(blank=True)


class ArrearsReport(models.Model):
    """A report of unpaid wages that an authority took in. ``plain``: facts clear, the 3-day standard holds."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="arrears_reports")
    worker = models.ForeignKey("registry.Worker", on_delete=models.PROTECT, null=True)
    number = models.CharField(max_length=64, unique=True)
    reported_on = models.DateField()
    plain = models.BooleanField(default=False)
    handled_since = models.DateField(null=True)
    closed_on = models.DateField(null=True)


class Training(models.Model):
    """A training held on site 项目培训. ``participants``: list of {worker, passed, score}."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="trainings")
    held_on = models.DateField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8)
    hours = models.FloatField(null=True)
    details = models.JSONField(default=dict)
    participants = models.JSONField(default=list)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "held_on", "kind", "name"], name="one_training_a_day")
        ]


class Touch(models.Model):
    """A project something changed on since it was last swept; the sweep removes the rows it has seen."""

    project_id = models.BigIntegerField()
    arrived_at = models.DateTimeField()
