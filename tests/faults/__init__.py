"""What is known when things go wrong, asserted against what a real server really received.

python -m pytest tests/faults -s                the short form, as in the whole suite
FAULTS=long python -m pytest tests/faults -s    fifty rounds instead of five, and waits as long as they are in life

The long form wants `-o faulthandler_timeout=0` where ten minutes are not enough for a test, as on a slow machine.
"""
