"""Run one command from a process that is itself small, and print what the command took.

    python -IS launch.py SECONDS COMMAND... 2>LOG

The peak of memory that wait4(2) tells of a process includes that of the one which started it, up to exec(2): of a
large one it would be the figure itself. So this imports next to nothing. What takes longer than SECONDS is ended, and
all that it started. Prints wall and processor seconds, the peak as getrusage(2) has it, and the exit code.
"""

import os
import signal
import sys
import time

began = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)], setsid=True)
signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]))
try:
    _, status, usage = os.wait4(child, 0)
except KeyboardInterrupt:
    os.killpg(child, signal.SIGKILL)
    raise
wall = time.perf_counter() - began
print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
