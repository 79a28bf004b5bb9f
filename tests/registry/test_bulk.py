"""Registering and engaging in bulk does what the single functions do."""

from datetime import date, timedelta

import pytest

from anxin.registry import actions
from anxin.registry.bulk import EngagementLine, WorkerLine, engage_many, register_workers
from anxin.registry.models import Engagement, Touch, Worker
from anxin.vault.fields import open_text
from tests.people import identity, make_project, make_team, make_worker

pytestmark = pytest.mark.django_db
CARD = "6222020000000000001"


def columns(row, *leave_out):
    names = [f.attname for f in row._meta.fields if f.attname not in {"id", *leave_out}]
    return {name: getattr(row, name) for name in names}


def test_bulk_rows_equal_rows_made_one_by_one(at):
    project = make_project(at)
    team = make_team(project, at)
    one = actions.register_worker(id_number=identity(1), id_type="01", name="甲", at=at, gender="0")
    actions.engage(
        project=project, worker=one, at=at, team=team, enterprise=project.contractor, trade="020",
        entered_on=date(2026, 3, 1), card_number=CARD, unit_price_fen=30000,
    )  # fmt: skip
    [two] = register_workers(lines=[WorkerLine(id_number=identity(2), name="甲", gender="0")], at=at)
    engage_many(
        lines=[
            EngagementLine(
                project_id=project.pk, worker_id=two, team_id=team.pk, enterprise_id=project.contractor_id, trade="020",
                entered_on=date(2026, 3, 1), card_number=CARD, unit_price_fen=30000,
            )
        ],
        at=at,
    )  # fmt: skip
    assert columns(Worker.objects.get(pk=one.pk), "id_blind", "id_sealed") == columns(
        Worker.objects.get(pk=two), "id_blind", "id_sealed"
    )
    first, second = Engagement.objects.order_by("id")
    assert columns(first, "worker_id", "card_sealed") == columns(second, "worker_id", "card_sealed")
    assert open_text(second.card_sealed) == CARD
    assert open_text(Worker.objects.get(pk=two).id_sealed) == identity(2)


def test_known_people_are_found_and_nothing_known_is_erased(at):
    project = make_project(at)
    old = make_worker(project, 1, at, card_number=CARD, trade="010")
    lines = [
        WorkerLine(id_number=identity(1).lower(), name="", phone="13800000001", private={"address": "某村"}),
        WorkerLine(id_number=identity(2), name="新人"),
        WorkerLine(id_number=identity(2), name="新人", phone="13800000002"),
    ]
    ids = register_workers(lines=lines, at=at)
    assert ids[0] == old.worker_id
    assert ids[1] == ids[2]
    worker = Worker.objects.get(pk=old.worker_id)
    assert (worker.name, open_text(worker.phone_sealed)) == ("测试1", "13800000001")
    assert open_text(Worker.objects.get(pk=ids[1]).phone_sealed) == "13800000002"
    engaged = engage_many(
        lines=[EngagementLine(project_id=project.pk, worker_id=pk, left_on=date(2026, 4, 1)) for pk in ids], at=at
    )
    assert (engaged.created, engaged.changed) == (1, 1)
    old.refresh_from_db()
    assert (old.trade, old.card_token, old.left_on) == ("010", actions.card_token(CARD), date(2026, 4, 1))
    assert Engagement.objects.get(worker_id=ids[1]).role == "20"


def test_the_same_roster_again_changes_nothing(at):
    project = make_project(at)
    lines = [WorkerLine(id_number=identity(n), name=f"测{n}", phone=f"1380000{n:04d}") for n in range(50)]

    def load(moment):
        ids = register_workers(lines=lines, at=moment)
        return engage_many(
            lines=[
                EngagementLine(
                    project_id=project.pk, worker_id=pk, card_number=f"62220200000000{n:05d}", details={"n": n}
                )
                for n, pk in enumerate(ids)
            ],
            at=moment,
        )

    assert load(at).created == 50
    Engagement.objects.update(mirrored=7)
    touches = Touch.objects.count()
    again = load(at + timedelta(days=1))
    assert (again.created, again.changed, again.projects) == (0, 0, frozenset())
    assert Touch.objects.count() == touches
    assert Engagement.objects.filter(mirrored=7).count() == 50


def test_a_changed_engagement_is_marked_for_mirror_and_sweep(at):
    project = make_project(at)
    engagement = make_worker(project, 1, at)
    Engagement.objects.update(mirrored=7)
    Touch.objects.all().delete()
    engage_many(
        lines=[EngagementLine(project_id=project.pk, worker_id=engagement.worker_id, insured=True, is_leader=True)],
        at=at,
    )
    engagement.refresh_from_db()
    assert (engagement.mirrored, engagement.insured, engagement.is_leader) == (None, True, True)
    assert list(Touch.objects.values_list("project_id", flat=True)) == [project.pk]


def test_many_projects_in_one_call_stay_apart(at):
    first, second = make_project(at, "A"), make_project(at, "B")
    ids = register_workers(lines=[WorkerLine(id_number=identity(n), name="测") for n in range(1, 4)], at=at)
    engage_many(lines=[EngagementLine(project_id=p.pk, worker_id=w) for p in (first, second) for w in ids], at=at)
    engage_many(lines=[EngagementLine(project_id=second.pk, worker_id=ids[0], trade="020")], at=at)
    assert Engagement.objects.filter(trade="020").values_list("project_id", flat=True).get() == second.pk
    assert Engagement.objects.count() == 6
