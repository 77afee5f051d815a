"""How programs that run for weeks keep house."""

import subprocess
import sys


def test_what_a_program_starts_shares_the_processors_as_it_does() -> None:
    told = (
        "import subprocess, sys; from caimera.web.running import share_in_long_turns; share_in_long_turns();"
        "child = 'import os; print(os.sched_getscheduler(0) == os.SCHED_BATCH)';"
        "subprocess.run([sys.executable, '-c', child], check=True)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_threads_share_one_heap() -> None:
    told = (
        "import ctypes, threading; from caimera.web.running import share_heaps; share_heaps();"
        "kept = []; room = lambda: kept.append([bytearray(5_000) for _ in range(100)]);"
        "threads = [threading.Thread(target=room) for _ in range(8)];"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads];"
        "ctypes.CDLL(None).malloc_stats()"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stderr.count("Arena ") == 1
