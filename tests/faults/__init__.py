"""What is known when things go wrong, asserted against what a real server really received.

python -m pytest tests/faults                the short form, as in the whole suite
FAULTS=long python -m pytest tests/faults    fifty rounds instead of five
"""
