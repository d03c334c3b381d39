"""Alarms in the loop."""

import subprocess
import sys

import pytest

PROGRAM = """
import time, gevent
from gevent.event import Event
from truemirror.adapters.locust import waking

rang, done = [], Event()

def due():
    rang.append(time.perf_counter() - begun)
    done.set()

alarm = getattr(waking, "{kind}")(gevent.get_hub().loop, due)
alarm.arm(60.0)
begun = time.perf_counter()
alarm.arm(0.05)
done.wait(20)
done.clear()
begun = time.perf_counter()
alarm.arm(0.0)
done.wait(20)
alarm.close()
print(len(rang), rang[0] >= 0.045, rang[1] >= 0)
"""


@pytest.mark.parametrize("kind", ["KernelAlarm", "LoopAlarm", "alarm"])
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's alarm is Linux's")
def test_an_alarm_goes_off_once_when_it_was_armed_for(kind: str) -> None:
    """Never before; arming it again forgets what was; a time that is past is now."""
    program = PROGRAM.replace("{kind}", kind)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "2 True True\n", done.stderr
