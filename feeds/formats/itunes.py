"""What directories of podcasts want to know of a show and its episodes, beside what RSS says already.

The elements are those of Apple's list (https://podcasters.apple.com/support/823-podcast-requirements).
"""

from typing import Any

from feeds.formats.facts import line, name
from feeds.model import Entry, Feed

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
# What Apple plays; an episode in another form is an ordinary item to it.
_PLAYED = ("mp3", "m4a", "mp4", "m4v", "mov", "pdf", "epub")
_COVERS = (".jpg", ".jpeg", ".png")


def describe_show(channel: Any, feed: Feed) -> None:
    """Say in an RSS channel what show it is."""
    show = feed.podcast
    if show is None:
        return
    _add(channel, "author", line(show.author))
    _add(channel, "type", show.type)
    _add(channel, "explicit", str(show.explicit).lower())
    if show.image:
        _add(channel, "image", href=show.image)
    if show.owner.email:  # validators miss an owner that is not there, and fault one without an address
        owner = _add(channel, "owner")
        _add(owner, "name", name(show.owner))
        _add(owner, "email", line(show.owner.email))
    for category in show.category:
        parent = channel
        for part in category.split(">"):
            parent = _add(parent, "category", text=line(part))


def describe_episode(item: Any, entry: Entry, feed: Feed) -> None:
    """Say in an RSS item which episode of the show it is; nothing of a post without media."""
    post = entry.post
    if feed.podcast is None or not post.enclosures or post.enclosures[0].url.rpartition(".")[2] not in _PLAYED:
        return
    numbers = {"duration": post.enclosures[0].duration, "season": post.season, "episode": post.episode}
    for element, number in numbers.items():
        if number:
            _add(item, element, str(number))
    if post.explicit is not None:
        _add(item, "explicit", str(post.explicit).lower())
    if entry.post.image.lower().endswith(_COVERS):  # the author's; one of the body is no cover
        _add(item, "image", href=entry.post.image)


def _add(parent: Any, element: str, content: str | None = None, **attributes: str) -> Any:
    """Add an element with text or attributes; one whose text would be empty is left out."""
    from lxml import etree

    if content == "":
        return None
    node = etree.SubElement(parent, f"{{{ITUNES}}}{element}", attributes)
    node.text = content
    return node
