"""What is wrong with what an RSS feed says of a podcast, by Apple's requirements and the W3C validator."""

import re
from collections.abc import Iterator
from typing import Any

from feeds.check.tree import Element, Finding, finding, named, walk
from feeds.check.values import Fault, address, web_url, words
from feeds.formats.itunes import ITUNES

NAMESPACE = f"{{{ITUNES}}}"
RULE = "Apple Podcasts: categories"
# Each with the narrower ones in it: https://podcasters.apple.com/support/1691-apple-podcasts-categories
CATEGORIES = {
    "Arts": "Books, Design, Fashion & Beauty, Food, Performing Arts, Visual Arts",
    "Business": "Careers, Entrepreneurship, Investing, Management, Marketing, Non-Profit",
    "Comedy": "Comedy Interviews, Improv, Stand-Up",
    "Education": "Courses, How To, Language Learning, Self-Improvement",
    "Fiction": "Comedy Fiction, Drama, Science Fiction",
    "Government": "",
    "Health & Fitness": "Alternative Health, Fitness, Medicine, Mental Health, Nutrition, Sexuality",
    "History": "",
    "Kids & Family": "Education for Kids, Parenting, Pets & Animals, Stories for Kids",
    "Leisure": "Animation & Manga, Automotive, Aviation, Crafts, Games, Hobbies, Home & Garden, Video Games",
    "Music": "Music Commentary, Music History, Music Interviews",
    "News": "Business News, Daily News, Entertainment News, News Commentary, Politics, Sports News, Tech News",
    "Religion & Spirituality": "Buddhism, Christianity, Hinduism, Islam, Judaism, Religion, Spirituality",
    "Science": "Astronomy, Chemistry, Earth Sciences, Life Sciences, Mathematics, Natural Sciences, Nature, Physics, "
    "Social Sciences",
    "Society & Culture": "Documentary, Personal Journals, Philosophy, Places & Travel, Relationships",
    "Sports": "Baseball, Basketball, Cricket, Fantasy Sports, Football, Golf, Hockey, Rugby, Running, Soccer, "
    "Swimming, Tennis, Volleyball, Wilderness, Wrestling",
    "Technology": "",
    "True Crime": "",
    "TV & Film": "After Shows, Film History, Film Interviews, Film Reviews, TV Reviews",
}


def _truth(text: str) -> Iterator[Fault]:
    if text not in ("true", "false"):
        yield Fault(f"{text!r} is neither true nor false", "write one of them", "W3C validator: InvalidTrueFalse")


def _number(text: str) -> Iterator[Fault]:
    if not re.fullmatch("0*[1-9][0-9]*", text):
        yield Fault(f"{text!r} is not a whole number from 1 on", "correct it", "W3C validator: InvalidPositiveInteger")


_IMAGE = Element(attributes={"href": web_url}, needs=("href",))
CHANNEL = named(
    NAMESPACE,
    author=Element(words),
    category=Element(often=True, attributes={"text": words}, needs=("text",)),
    explicit=Element(_truth),
    image=_IMAGE,
    owner=Element(),
    type=Element(words),
)
ITEM = named(
    NAMESPACE,
    duration=Element(_number),
    episode=Element(_number),
    explicit=Element(_truth),
    image=_IMAGE,
    season=Element(_number),
)
_OWNER = named(NAMESPACE, name=Element(words), email=Element(address, required=True))


def check(channel: Any) -> Iterator[Finding]:
    """Yield what is wrong with a show; nothing for a feed that is none."""
    said = {child.tag for child in channel if isinstance(child.tag, str) and child.tag.startswith(NAMESPACE)}
    if not said:
        return
    for name, mend in (
        ("category", "name one in podcast.category"),
        ("explicit", "say true or false"),
        ("owner", "name one with an address in podcast.owner, or give site.author one"),
        ("image", "name a cover in podcast.image"),
    ):
        if f"{NAMESPACE}{name}" not in said:
            yield finding(channel, "", f"a podcast without {name}", mend, "W3C validator: MissingItunesElement; Apple")
    for owner in channel.iterfind(f"{NAMESPACE}owner"):
        yield from walk(owner, _OWNER)
    for category in channel.iterfind(f"{NAMESPACE}category"):
        yield from _category(category)
    for item in channel.iterfind("item"):
        yield from _length(item)


def _length(item: Any) -> Iterator[Finding]:
    """Yield the media file of an episode that could not be measured: mistyped often, and players go by its length."""
    for enclosure in item.iterfind("enclosure"):
        if enclosure.get("length") == "0":
            what = f"the length of {enclosure.get('url')} is not known"
            mend = "put the file into the site's folder, or give its bytes as `length` in the front matter"
            yield finding(enclosure, item.findtext("guid") or "", what, mend, "RSS 2.0: enclosure; Apple")


def _category(category: Any) -> Iterator[Finding]:
    name = category.get("text", "")
    if name not in CATEGORIES:
        yield finding(category, "", f"{name!r} is no category", f"write one of: {', '.join(CATEGORIES)}", RULE)
        return
    known = CATEGORIES[name]
    for inner in category.iterfind(f"{NAMESPACE}category"):
        if not (narrower := inner.get("text", "")) or narrower not in known.split(", "):
            mend = f"write one of: {known or 'none there is'}"
            yield finding(inner, "", f"{narrower!r} is no category in {name!r}", mend, RULE)
