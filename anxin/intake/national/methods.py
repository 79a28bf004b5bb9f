"""Who handles which method; ``X.Upload`` is ``X.Add``, dots and case in a method's name do not matter (§1.14, 11)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anxin.intake.national import (
    attendance,
    contract,
    control,
    corp,
    entry_exit,
    fact_queries,
    participation,
    payroll,
    project,
    queries,
    team,
    training,
    worker,
)
from anxin.intake.national.calls import Call, Outcome
from anxin.intake.national.fields import Fields


@dataclass(frozen=True, slots=True)
class Write:
    """A method that brings something. ``serial`` begins its receipts, ``kind`` names its rows when they are held.

    ``holds`` is off where the handler keeps its faulty rows itself (facts, through admission).
    """

    name: str
    serial: str
    kind: str
    handle: Callable[[Call, Fields], Outcome]
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """A method that asks. ``free`` ones are never counted against the sender's rate."""

    name: str
    handle: Callable[[Call, Fields], Any]
    free: bool = False


ATTENDANCE = Write("WorkerAttendance.Add", "workderattendance-add", attendance.KIND, attendance.add, holds=False)
_WRITES = (
    Write("Corp.Upload", "corp-upload", "corp", corp.upload),
    Write("Project.Add", "project-add", "project", project.add),
    Write("Project.Update", "project-update", "project", project.update),
    Write("Project.PartUpdate", "project-partupdate", "project", project.update),
    Write("ProjectSubContractor.Add", "subcontractor-add", "participation", participation.add),
    Write("ProjectSubContractor.Update", "subcontractor-update", "participation", participation.update),
    Write("Team.Add", "team-add", "team", team.add),
    Write("Team.Update", "team-update", "team", team.update),
    Write("ProjectWorker.Add", "projectworker-add", "worker", worker.add),
    Write("ProjectWorker.Update", "projectworker-update", "worker", worker.update),
    Write("WorkerEntryExit.Add", "workerentryexit-add", entry_exit.KIND, entry_exit.add),
    Write("TempExit.Add", "tempexit-add", "temp_exit", entry_exit.temporary_exit),
    Write("WorkerContract.Add", "workercontract-add", contract.KIND, contract.add),
    ATTENDANCE,
    Write("Payroll.Add", "payroll-add", payroll.KIND, payroll.add, holds=False),
    Write("ProjectTraining.Add", "projecttraining-add", training.KIND, training.add),
)
_QUERIES = (
    Query("AsyncHandleResult.Query", control.result, free=True),
    Query("CheckSign.Query", control.check_sign, free=True),
    Query("Corp.Query", queries.corps),
    Query("Project.Query", queries.projects),
    Query("ProjectSubContractor.Query", queries.participations),
    Query("Team.Query", queries.teams),
    Query("ProjectWorker.Query", queries.workers),
    Query("Worker.Query", queries.people),
    Query("WorkerEntryExit.Query", queries.entry_exits),
    Query("WorkerContract.Query", queries.contracts),
    Query("ProjectTraining.Query", queries.trainings),
    Query("WorkerAttendance.Query", fact_queries.swipes),
    Query("Payroll.Query", fact_queries.sheets),
    *(
        Query(f"{name}.Query", queries.nothing)
        for name in (
            "CorpCredential", "WorkerCredential", "CorpBadRecord", "CorpGoodRecord", "CorpBlackList",
            "WorkerBadRecord", "WorkerGoodRecord", "WorkerBlackList",
        )
    ),
)  # fmt: skip


def _key(name: str) -> str:
    bare = name.strip().replace(".", "").lower()
    return bare.removesuffix("upload") + "add" if bare.endswith("upload") else bare


METHODS: dict[str, Write | Query] = {_key(write.name): write for write in _WRITES}
METHODS |= {_key(query.name): query for query in _QUERIES}
METHODS |= {
    "asynchandleresult": METHODS["asynchandleresultquery"],
    "checksign": METHODS["checksignquery"],
    "attendancequery": METHODS["workerattendancequery"],
    "attendanceadd": METHODS["workerattendanceadd"],
}


def find(name: str) -> Write | Query | None:
    """The method of this name, None when there is none."""
    return METHODS.get(_key(name))
