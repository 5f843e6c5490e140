"""Let `python -m feeds` do what `feeds` does."""

from feeds.cli import main

main()
