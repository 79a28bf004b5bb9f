"""The doors under load, and how soon a fact changes its warning meanwhile.

``python -m bench.measure_intake SECONDS CONNECTIONS BATCHES`` in a data folder made by ``bench.province`` and swept
once; prints one JSON line.
"""

import http.client
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from bench import calls, load
from bench.server import serving

ROWS_A_BATCH = 50_000
CREWS = 60
WARM_BATCHES = 6
_PROBE_PAUSE_S = 1.0
_PROBE_LIMIT_S = 120.0


def measure(*, seconds: float, connections: int, batches: int) -> dict[str, object]:
    """Attendance calls a second, warnings' delay meanwhile, then rows a second through the bulk door."""
    from django.utils import timezone

    from anxin.law.civil import SHANGHAI

    crews = _crews()
    probes = _probes()
    now = timezone.now().astimezone(SHANGHAI)
    bodies = calls.attendance(crews, count=int(seconds * 3000), at=now, run="a")
    warm = calls.attendance(crews, count=200, at=now, run="w", days_ago=40)
    answer: dict[str, object] = {}
    before = _swipes_known()
    with tempfile.TemporaryDirectory() as folder, serving(worker=True) as port:
        file, first = Path(folder) / "bodies", Path(folder) / "warm"
        load.save(file, bodies)
        load.save(first, warm)
        _generate(port, first, connections, 60)
        delays: list[float] = []
        stop = threading.Event()
        prober = threading.Thread(target=_probe, args=(port, probes, delays, stop))
        prober.start()
        answer["attendance"] = told = _generate(port, file, connections, seconds)
        stop.set()
        prober.join()
        answer["fact_to_warning"] = _delays(delays)
        answer["bulk"] = bulk = _bulk(port, crews, batches, now)
        deadline = time.monotonic() + 120
        while _waiting() and time.monotonic() < deadline:
            time.sleep(0.5)
    expected = 10 * int(told["good"]) + int(bulk["accepted"]) + 10 * len(warm)  # type: ignore[call-overload]
    answer["kept"] = {"acknowledged": expected, "in_the_ledger": _swipes_known() - before, "still_in_inbox": _waiting()}
    return answer


def _crews() -> list[calls.Crew]:
    """Senders of their own for some projects with a team of ten or more."""
    from django.utils import timezone

    from anxin.intake.models import Sender
    from anxin.intake.senders import add_sender
    from anxin.registry.models import Engagement, Team
    from anxin.vault.fields import open_text

    crews: list[calls.Crew] = []
    seen: set[int] = set()
    for team in Team.objects.select_related("project").order_by("-project_id", "id").iterator():
        if team.project_id in seen or team.project.status != "active":
            continue
        people = Engagement.objects.filter(team=team, left_on=None).select_related("worker")[:20]
        if len(people) < 10:
            continue
        seen.add(team.project_id)
        appid = f"bench-{team.project_id}"
        if not Sender.objects.filter(protocol="national", appid=appid).exists():
            add_sender(protocol="national", appid=appid, secret=calls.SECRET, at=timezone.now(), project=team.project)
        numbers = tuple(open_text(e.worker.id_sealed) for e in people)
        crews.append(calls.Crew(appid, team.project.code, team.number, numbers))
        if len(crews) == CREWS:
            break
    return crews


def _probes() -> list[tuple[int, bytes]]:
    """Open warnings about a missing account, and for each the call that brings the account."""
    from django.utils import timezone

    from anxin.intake.models import Sender
    from anxin.intake.senders import add_sender
    from anxin.rules.packs import all_rules
    from anxin.simulate import numbers
    from anxin.watch.models import Warning

    rules = [rule.id for rule in all_rules() if rule.check == "account_missing"]
    found = Warning.objects.filter(status="open", rule__in=rules).select_related("project__contractor")[:60]
    at = timezone.localtime()
    probes = []
    for n, warning in enumerate(found):
        project = warning.project
        assert project is not None
        assert project.contractor is not None
        appid = f"probe-{project.pk}"
        if not Sender.objects.filter(protocol="national", appid=appid).exists():
            add_sender(protocol="national", appid=appid, secret=calls.SECRET, at=at, project=project)
        probes.append(
            (
                warning.pk,
                calls.account(
                    appid=appid,
                    project_code=project.code,
                    corp_code=project.contractor.code,
                    corp_name=project.contractor.name,
                    number=numbers.account(900_000_000 + project.pk),
                    nonce=f"probe{n:08d}",
                    at=at,
                ),
            )
        )
    return probes


def _generate(port: int, file: Path, connections: int, seconds: float) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(port), "/open.api", "application/x-www-form-urlencoded",
         str(connections), str(seconds), str(file)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def _probe(port: int, probes: list[tuple[int, bytes]], delays: list[float], stop: threading.Event) -> None:
    """Send one account after another and wait for its warning to be cleared in the database."""
    from django.db import connection

    from anxin.watch.models import Warning

    for warning, body in probes:
        if stop.is_set():
            break
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        began = time.perf_counter()
        wire.request("POST", "/open.api", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = json.loads(wire.getresponse().read())
        wire.close()
        if answer["code"] != 0:
            print(f"A probe was refused: {answer}", file=sys.stderr)
            continue
        while time.perf_counter() - began < _PROBE_LIMIT_S:
            if Warning.objects.filter(pk=warning, status="cleared").exists():
                break
            time.sleep(0.05)
        delays.append(time.perf_counter() - began)
        stop.wait(_PROBE_PAUSE_S)
    connection.close()


def _delays(delays: list[float]) -> dict[str, object]:
    ordered = sorted(delays)

    def at(share: float) -> float | None:
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2) if ordered else None

    return {"probes": len(ordered), "p50_s": at(0.5), "p95_s": at(0.95), "worst_s": at(1)}


def _bulk(port: int, crews: list[calls.Crew], batches: int, now: datetime) -> dict[str, object]:
    """Batches of 50,000 rows as Parquet, one after another, by one sender for the whole province; the first ones, in
    which each web process meets the people, are not counted into the speed."""
    import hashlib

    from anxin.intake.bulk.signing import signature
    from anxin.intake.models import Sender
    from anxin.intake.senders import add_sender

    if not Sender.objects.filter(protocol="bulk", appid="bench").exists():
        add_sender(protocol="bulk", appid="bench", secret=calls.SECRET, at=now)
    bodies = [_batch(n, now) for n in range(WARM_BATCHES + batches)]
    spent, accepted, measured = 0.0, 0, 0
    for n, body in enumerate(bodies):
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/vnd.apache.parquet",
            "Idempotency-Key": hashlib.sha256(f"{stamp}{n}".encode()).hexdigest(),
            "X-Appid": "bench",
            "X-Timestamp": stamp,
            "X-Signature": signature(secret=calls.SECRET, timestamp=stamp, path="/api/v1/attendance", body=body),
        }
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        began = time.perf_counter()
        wire.request("POST", "/api/v1/attendance", body, headers)
        answer = json.loads(wire.getresponse().read())
        took = time.perf_counter() - began
        wire.close()
        if "accepted" not in answer:
            raise RuntimeError(f"The bulk door answered {answer}")
        accepted += answer["accepted"]
        if n >= WARM_BATCHES:
            spent, measured = spent + took, measured + answer["accepted"]
        if answer["refused"] or answer["waiting"]:
            print(f"Of a batch {len(answer['refused'])} rows were refused.", file=sys.stderr)
    return {"rows": measured, "accepted": accepted, "seconds": round(spent, 2), "rows_per_s": round(measured / spent)}


def _batch(n: int, now: datetime) -> bytes:
    """One batch: a city's morning. Rows of many projects and people, in Parquet."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    people = _people()
    rng = np.random.default_rng([7, n])
    places = rng.permutation(ROWS_A_BATCH) % len(people)
    day = (now - timedelta(days=50 + n)).replace(hour=6, minute=0, second=0, microsecond=0, tzinfo=None)
    seconds = rng.integers(0, 7200, ROWS_A_BATCH).astype("timedelta64[s]") + np.arange(ROWS_A_BATCH).astype(
        "timedelta64[us]"
    )
    table = pa.table(
        {
            "project_code": [people[p][0] for p in places],
            "id_number": [people[p][1] for p in places],
            "passed_at": pa.array(np.datetime64(day) + seconds, pa.timestamp("us")),
            "direction": ["in"] * ROWS_A_BATCH,
            "way": ["001"] * ROWS_A_BATCH,
            "device": ["gate"] * ROWS_A_BATCH,
        }
    )
    sink = io.BytesIO()
    parquet.write_table(table, sink)
    return sink.getvalue()


_known: list[tuple[str, str]] = []


def _people() -> list[tuple[str, str]]:
    """Project code and identity number of up to 25,000 people on rosters."""
    from anxin.registry.models import Engagement
    from anxin.vault.fields import open_text

    if not _known:
        rows = Engagement.objects.filter(left_on=None).select_related("worker", "project")[:25_000]
        _known.extend((e.project.code, open_text(e.worker.id_sealed)) for e in rows.iterator())
    return _known


def disk(folder: Path, times: int = 300) -> float:
    """How many times a second this disk makes 4 KB durable, one after another: the ceiling of one commit a call."""
    file = os.open(folder / "fsync-probe", os.O_CREAT | os.O_WRONLY)
    began = time.perf_counter()
    for _ in range(times):
        os.write(file, bytes(4096))
        os.fdatasync(file)
    spent = time.perf_counter() - began
    os.close(file)
    (folder / "fsync-probe").unlink()
    return times / spent


def _waiting() -> int:
    from anxin.ledger.models import Batch

    return Batch.objects.filter(seal=None).count()


def _swipes_known() -> int:
    from anxin.ledger import tables
    from anxin.ledger.engine import query

    return int(query(f"SELECT count(*) AS n FROM {tables.current('swipes')}").column("n")[0].as_py())


def copy_in_postgres(address: str, batches: int) -> dict[str, object]:
    """The same number of rows through COPY into PostgreSQL, a commit a batch, with durable defaults."""
    import psycopg

    lines = "".join(
        f"{1 + n % 20000},{1 + n % 1000000},1000000001,"
        f"2026-06-01 06:{n % 60:02d}:{n % 53:02d}.{n:06d},in,001,gate,2026-06\n"
        for n in range(ROWS_A_BATCH)
    ).encode()
    with psycopg.connect(address) as connection:
        connection.execute(
            "CREATE TABLE swipes (project_id bigint, worker_id bigint, team_no bigint, passed_at timestamp,"
            " direction text, way text, device text, month text)"
        )
        connection.commit()
        began = time.perf_counter()
        for _ in range(batches):
            with connection.cursor().copy("COPY swipes FROM STDIN (FORMAT csv)") as copy:
                copy.write(lines)
            connection.commit()
        spent = time.perf_counter() - began
    rows = batches * ROWS_A_BATCH
    return {"rows": rows, "seconds": round(spent, 2), "rows_per_s": round(rows / spent)}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
    django.setup()
    wanted, pipes, count = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(measure(seconds=wanted, connections=pipes, batches=count)))
