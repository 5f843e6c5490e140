"""Turn a folder of posts into feeds and mail digests."""

__version__ = "0.1.0"
