"""The systems that are measured, each set up to write feeds and nothing else.

A new one = one file with a `Peer` + one line in PEERS.
"""

from benchmarks.peers.eleventy import ELEVENTY
from benchmarks.peers.hugo import HUGO, HUGO_SERVER
from benchmarks.peers.jekyll import JEKYLL
from benchmarks.peers.nikola import NIKOLA
from benchmarks.peers.ours import FEEDS, FEEDS_PLAIN
from benchmarks.peers.peer import Peer
from benchmarks.peers.pelican import PELICAN

__all__ = ["PEERS", "Peer"]

PEERS: dict[str, Peer] = {
    peer.name: peer for peer in (FEEDS, HUGO, HUGO_SERVER, ELEVENTY, FEEDS_PLAIN, PELICAN, NIKOLA, JEKYLL)
}
