"""What the tags of engines and themes stand for; the same few things under many names."""

import re
from html import escape, unescape

from feeds.markup.templates.context import Context
from feeds.markup.templates.tag import Tag
from feeds.markup.templates.tags import Rule

_LANGUAGE = re.compile(r"[\w+#.-]+")
_DRESSING = re.compile(r"<[^<>]*>|[*_`]")


def dropped(tag: Tag, context: Context) -> str:
    """Leave out a tag that only the page needs, with what is inside."""
    return ""


def kept(tag: Tag, context: Context) -> str:
    """Keep what is inside: the tag only dresses it."""
    return _dedented(tag.inside)


def as_it_is(tag: Tag, context: Context) -> str:
    """Keep every character inside."""
    return tag.inside


def figure(tag: Tag, context: Context) -> str | None:
    """Show a picture with its caption."""
    source = tag.get("src", "url", "image_path", "image", "img", "path", "file", "link", "filename", at=0)
    caption = tag.get("caption", "title", "figcaption") or _dedented(tag.inside).strip()
    shown = _picture(tag, source, tag.get("alt", "title", "caption", at=1))
    if shown is None:
        return None
    inner = f"<figcaption>{_plain(caption)}</figcaption>" if caption else ""
    return block(tag, f"<figure>{shown}{inner}</figure>")


def image(tag: Tag, context: Context) -> str | None:
    """Show a picture, which of the words is the first that looks like a file."""
    words = [word for word in tag.words if re.search(r"\.\w{3,4}$|/", word)] or tag.words
    source = tag.get("src", "url", "path", "image", "file", "name") or next(iter(words), "")
    texts = tag.words[tag.words.index(source) + 1 :] if source in tag.words else []
    alt = tag.get("alt", "title", "caption") or " ".join(text for text in texts if not text.isdigit())
    return _picture(tag, source, alt)


def captioned(tag: Tag, context: Context) -> str | None:
    """Show a picture with the caption before it: `figure "Words." "/a.png"`."""
    caption = next((word for word in tag.words if " " in word), "")
    shown = image(Tag(tag.name, tag.arguments.replace(f'"{caption}"', "", 1)), context)
    inner = f"<figcaption>{_plain(caption)}</figcaption>" if caption else ""
    return block(tag, f"<figure>{shown}{inner}</figure>") if shown else None


def _picture(tag: Tag, source: str, alt: str) -> str | None:
    if not source:
        return None
    shown = f'<img src="{_attribute(source)}" alt="{_attribute(alt)}">'
    return f'<a href="{_attribute(to)}">{shown}</a>' if (to := tag.named.get("link")) else shown


def frame(address: str) -> Rule:
    """Make a rule for a player, by its address with {} for the name of what it plays."""

    def rule(tag: Tag, context: Context) -> str | None:
        name = tag.get("id", "video", "video_id", "videoid", "youtube_id", "url", "src", "code", at=0)
        found = re.search(r"(?:v=|youtu\.be/|/embed/|vimeo\.com/(?:video/)?)([\w-]+)", name)
        name = found[1] if found else name
        return block(tag, f'<iframe src="{_attribute(address.format(name))}"></iframe>') if name else None

    return rule


youtube = frame("https://www.youtube.com/embed/{}")
vimeo = frame("https://player.vimeo.com/video/{}")


def media(kind: str) -> Rule:
    """Make a rule for a file of sound or film."""

    def rule(tag: Tag, context: Context) -> str | None:
        source = tag.get("src", "url", "mp4", "mp3", "file", at=0)
        return block(tag, f'<{kind} src="{_attribute(source)}" controls></{kind}>') if source else None

    return rule


def gist(tag: Tag, context: Context) -> str | None:
    """Link to a gist: of `user id`, or of an id or address alone."""
    path = "/".join(tag.words[:2]) if not tag.named else tag.get("id", "url")
    path = path.removeprefix("https://gist.github.com/").removesuffix(".js")
    return block(tag, _link(f"https://gist.github.com/{path}")) if path else None


def tweet(tag: Tag, context: Context) -> str | None:
    """Link to a post on X: by user and id, or by id or address."""
    name = tag.get("id", "url", at=0)
    address = name if name.startswith("http") else f"https://x.com/{tag.get('user') or 'i/web'}/status/{name}"
    return block(tag, _link(address)) if name else None


def framed(tag: Tag, context: Context) -> str | None:
    """Embed a page, which a feed links to."""
    source = tag.get("src", "url", at=0)
    return block(tag, f'<iframe src="{_attribute(source)}"></iframe>') if source else None


def code(tag: Tag, context: Context) -> str:
    """Show code in a fence longer than any in it."""
    said = tag.named.get("lang") or next(iter(re.findall(r"\blang(?:uage)?[:=]([\w+#.-]+)", tag.arguments)), "")
    word = said or next((word for word in tag.words if ":" not in word), "")
    language = word if _LANGUAGE.fullmatch(word) else ""
    if context.is_html:
        return f"<pre><code>{escape(tag.inside.strip(chr(10)), quote=False)}</code></pre>"
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", tag.inside))])
    start = "" if tag.is_alone else "\n\n"
    inside = tag.inside.strip("\n").rstrip()
    return f"{start}{fence}{language}\n{inside}\n{tag.indent}{fence}\n"


def note(tag: Tag, context: Context) -> str:
    """Quote what stands out from the text, below its title or kind."""
    title = tag.get("title", "summary", "header") or " ".join(tag.words)
    return quoted(tag, title, context)


def quotation(tag: Tag, context: Context) -> str:
    """Quote, and say below whom."""
    by = tag.get("author", "cite", "source") or " ".join(tag.words)
    inside = _dedented(tag.inside).strip("\n") + (f"\n\n— {by}" if by else "")
    return quoted(Tag(tag.name, "", inside, tag.indent, tag.is_alone), "", context)


def quoted(tag: Tag, title: str, context: Context) -> str:
    """Write what is inside as a quotation below a title."""
    inside = _dedented(tag.inside).strip("\n")
    if context.is_html:
        head = f"<p><strong>{_plain(title)}</strong></p>" if title else ""
        return f"<blockquote>{head}{inside}</blockquote>"
    lines = [f"**{_plain(title)}**", ""] if title else []
    lines += inside.split("\n")
    start = "\n\n" if not tag.is_alone else ""
    return f"{start}{f'{chr(10)}{tag.indent}'.join(f'> {line}'.rstrip() for line in lines)}\n\n"


def details(tag: Tag, context: Context) -> str:
    """Let the reader open what is inside."""
    title = tag.get("title", "summary", "label", at=0)
    summary = f"<summary>{_plain(title)}</summary>" if title else ""
    return f"<details>{summary}\n\n{_dedented(tag.inside)}\n\n</details>\n\n"


def titled(tag: Tag, context: Context) -> str:
    """Put the label of a tab before what is in it."""
    label = tag.get("label", "title", "name", "value", "header", at=0)
    head = f"**{_plain(label)}**\n\n" if label and not context.is_html else ""
    return f"\n\n{head}{_dedented(tag.inside)}\n\n"


def address(tag: Tag, context: Context) -> str | None:
    """Give the address of another post: for a link that the author writes around it."""
    name = tag.get("path", at=0)
    return context.link(name) or (name if name.startswith(("/", "http")) else None)


def link_to_post(tag: Tag, context: Context) -> str | None:
    """Link to another post; without a title, by its name."""
    name, *title = tag.words or [""]
    to = context.link(name)
    shown = " ".join(word for word in title if word not in {"true", "false"}) or name
    if to is None:
        context.unknown(tag.line, tag.name, name)
    return _link(to or "", shown)


def link(tag: Tag, context: Context) -> str | None:
    """Link to an address."""
    to = tag.get("href", "url", "link", "to") or next((word for word in tag.words if "/" in word), "")
    shown = _dedented(tag.inside).strip() or tag.get("text", "title", "label")
    shown = shown or " ".join(word for word in tag.words if word != to)
    return f'<a href="{_attribute(to)}">{shown or escape(to)}</a>' if to else None


def block(tag: Tag, markup: str) -> str:
    """End a block of HTML, so that what follows is Markdown again."""
    return markup + "\n" if tag.is_alone else markup


def _link(to: str, shown: str = "") -> str:
    return f'<a href="{_attribute(to)}">{escape(shown or to, quote=False)}</a>'


def _attribute(text: str) -> str:
    return escape(unescape(" ".join(text.split())))


def _plain(text: str) -> str:
    """Write a caption or title as text: its marks would be read otherwise where it comes to stand."""
    return escape(unescape(" ".join(_DRESSING.sub("", text).split())), quote=False)


def _dedented(text: str) -> str:
    """Take away the depth that all lines but the first have: of tags, not of code."""
    lines = text.split("\n")
    depth = min((len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.strip()), default=0)
    return "\n".join([lines[0].strip(" ") if depth else lines[0], *(line[depth:] for line in lines[1:])])


PLAYERS: dict[str, Rule] = {
    "youtube": youtube,
    "vimeo": vimeo,
    "gist": gist,
    "tweet": tweet,
    "twitter": tweet,
    "x": tweet,
}
MEDIA: dict[str, Rule] = {"audio": media("audio"), "video": media("video"), "iframe": framed}
PICTURES: dict[str, Rule] = {"figure": figure, "image": figure, "img": image}
_NOTES = "note notice callout admonition alert hint tip info warning caution danger important aside"
NOTES: dict[str, Rule] = dict.fromkeys(_NOTES.split(), note)
EVERYWHERE: dict[str, Rule] = {**PLAYERS, **MEDIA, **PICTURES, **NOTES, "details": details, "quote": quotation}
