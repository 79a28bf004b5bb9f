"""The slow loop leaves the processor to the doors."""

import os
import sys
import threading

import pytest

from anxin import worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Priority is a thread's own on Linux alone.")


def own() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_a_full_sweep_steps_back_and_nothing_else_does(name):
    stop, seen = threading.Event(), []

    def turn(at, last):
        seen.append(own())
        helper = threading.Thread(target=lambda: seen.append(own()))
        helper.start()
        helper.join()
        stop.set()
        return True

    before = own()
    loop = threading.Thread(target=worker._loop, args=(name, turn, stop))
    loop.start()
    loop.join()
    assert seen == [max(10, before) if name == "slow" else before] * 2
    assert own() == before
