"""The engine that reads the ledger: DuckDB inside the process, or a Spark cluster, both through Ibis."""

import os
import threading
from collections import deque
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from django.conf import settings

# DuckDB and Spark merge nested selects themselves; that Ibis does it first only makes its queries dearer to build.
ibis.options.sql.fuse_selects = False

_SPARK: dict[str, Any] = {}
_LOCAL = threading.local()
_VIEWS: deque[str] = deque()
KEPT_VIEWS = 1000  # an evaluation makes about thirty; older ones are dropped from the session
# A connection remembers the footers of all files it ever read, and sealing writes new ones every second.
QUERIES_A_CONNECTION = 1000
THREADS = os.cpu_count() or 2
MEMORY = os.environ.get("ANXIN_DUCKDB_MEMORY", "3GB")


def connect(engine: str | None = None) -> Any:
    """An Ibis connection: a fresh in-memory DuckDB, or the one Spark session of this process.

    ``engine`` is ``duckdb`` or a Spark master; the default is the setting ``ANXIN_ENGINE``.
    """
    engine = engine or settings.ENGINE
    if engine == "duckdb":
        return ibis.duckdb.connect(**_duck_config())
    if engine not in _SPARK:
        from pyspark.sql import SparkSession

        session = (
            SparkSession.builder.master(engine)
            .appName("anxin")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.session.timeZone", "Asia/Shanghai")
            .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
            .config("spark.sql.shuffle.partitions", "8")
            .getOrCreate()
        )
        _SPARK[engine] = ibis.pyspark.connect(session)
    return _SPARK[engine]


def is_spark(con: Any) -> bool:
    """Whether a connection is Spark's."""
    return str(con.name) == "pyspark"


def hold(con: Any, rows: pa.Table, name: str = "") -> Any:
    """Arrow rows as an Ibis table of this connection; on DuckDB under ``name``, in place of what stood there.

    Spark is given the Arrow table itself: on the way through pandas, as ``ibis.memtable`` goes there, one null makes
    every number of an integer column null and a missing text becomes ``NaN``.
    """
    if not is_spark(con):
        if not name:
            return ibis.memtable(rows)
        con.con.register(name, rows)
        return con.table(name)
    return spark_view(con, con._session.createDataFrame(rows))


def spark_view(con: Any, frame: Any) -> Any:
    """A Spark frame as an Ibis table, under a name of its own: all evaluations of a process share one session."""
    name = ibis.util.gen_name("held")
    frame.createOrReplaceTempView(name)
    _VIEWS.append(name)
    if len(_VIEWS) > KEPT_VIEWS:
        con._session.catalog.dropTempView(_VIEWS.popleft())
    return con.table(name)


def duck() -> duckdb.DuckDBPyConnection:
    """This thread's plain DuckDB connection, for the ledger's own work and for pages that read a few rows."""
    _LOCAL.served = getattr(_LOCAL, "served", 0) + 1
    if not hasattr(_LOCAL, "duck") or _LOCAL.served > QUERIES_A_CONNECTION:
        _LOCAL.duck, _LOCAL.served = duckdb.connect(":memory:", config=_duck_config()), 1
        # The ledger's files never change once they are written: what their footers say can be kept.
        _LOCAL.duck.execute("LOAD parquet; SET parquet_metadata_cache = true")
    return _LOCAL.duck


def _duck_config() -> dict[str, Any]:
    # What does not fit into memory goes to the data folder's disk, not to wherever the process was started.
    return {"threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(settings.DATA / "spill")}


def query(sql: str, **registered: pa.Table) -> pa.Table:
    """Rows of a query on this thread's DuckDB; keyword arguments are Arrow tables it may name."""
    con = duck()
    for name, rows in registered.items():
        con.register(name, rows)
    try:
        answer: pa.Table = con.sql(sql).to_arrow_table()
        return answer
    except (duckdb.FatalException, duckdb.InternalException):
        # It answers nothing any more: the next query gets a new one.
        del _LOCAL.duck
        raise
    finally:
        if hasattr(_LOCAL, "duck"):
            for name in registered:
                con.unregister(name)
