"""Acts at the same moment, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Start all acts at the same moment, each with its own connection: what each gave, or the exception it raised."""
    start = threading.Barrier(len(acts))
    gave: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            start.wait()
            gave[place] = act()
        except Exception as error:
            gave[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return gave
