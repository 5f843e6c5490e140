"""What the configuration of each engine says of its site; read as text, never executed.

A reader takes a function that returns the text of a file in the site's folder (None where there is none), and
returns fields of `Found`.
"""

import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import yaml

from feeds.config.sections import Feeds
from feeds.formats import FORMATS
from feeds.formats.places import PLACES, place
from feeds.sources.data import assigned

Look = Callable[[str], str | None]
Reader = Callable[[Look], dict[str, Any]]


def jekyll(look: Look) -> dict[str, Any]:
    """Read _config.yml, by the names that Jekyll and its themes use."""
    config = _data(look, "_config.yml", "_config.yaml", "_config.toml")
    plugins = [*_list(config.get("plugins")), *_list(config.get("gems"))]
    feed = _map(config.get("feed")) if "jekyll-feed" in plugins else None
    return {
        **_common(config),
        "language": config.get("lang") or config.get("locale"),
        "timezone": config.get("timezone"),
        "permalink": config.get("permalink"),
        "url": _joined(config.get("url"), config.get("baseurl")),
        "out": config.get("destination") or "_site",
        "paths": _places_of([] if feed is None else [("atom", feed.get("path") or "feed.xml")]),
        "future": "true" if config.get("future") is True else "",
        "limit": 0 if feed is None else _fewer(feed.get("posts_limit", 10)),
    }


def hexo(look: Look) -> dict[str, Any]:
    """Read _config.yml as Hexo does (lib/hexo/default_config.ts)."""
    config = _data(look, "_config.yml")
    root = str(config.get("root") or "/")
    url = str(config.get("url") or "")
    return {
        **_common(config),
        "language": next(iter(_list(config.get("language"))), ""),
        "timezone": config.get("timezone"),
        "permalink": config.get("permalink"),
        "url": url if url.rstrip("/").endswith(root.rstrip("/")) else _joined(url, root),
        "out": config.get("public_dir") or "public",
        "paths": _places_of(_feeds_of_hexo(_map(config.get("feed")))),
        "future": "" if config.get("future") is False else "true",
        "limit": _fewer(_map(config.get("feed")).get("limit")),
    }


def _feeds_of_hexo(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield format and path of each feed that hexo-generator-feed writes."""
    for kind, path in zip(_list(said.get("type")), _list(said.get("path")), strict=False):
        yield str(kind).removesuffix("2"), str(path)


def hugo(look: Look) -> dict[str, Any]:
    """Read hugo.toml or an older name of it, in any of its formats and in config/_default/."""
    endings = ("toml", "yaml", "yml", "json")
    names = [f"{name}.{ending}" for name in ("hugo", "config") for ending in endings]
    config = _lower(_data(look, *names, *(f"config/_default/{name}" for name in names)))
    for part in ("languages", "params", "services", "outputFormats"):  # each may be a file
        apart = _data(look, *(f"config/_default/{part}.{ending}" for ending in endings))
        config[part.lower()] = {**_map(config.get(part.lower())), **apart}
    main = str(config.get("defaultcontentlanguage") or "en")
    apart = _data(look, *(f"config/_default/languages.{main}.{ending}" for ending in endings))
    own = _lower(_map(_map(config.get("languages")).get(main)) or apart)
    said = (_common(each) for each in (_lower(_map(config.get("params"))), config, own))
    spoken = {**config, **own}
    rss = _lower(_map(_lower(_map(config.get("outputformats"))).get("rss")))
    return {
        **{key: value for each in said for key, value in each.items() if value},
        "language": spoken.get("locale") or spoken.get("languagecode") or config.get("defaultcontentlanguage"),
        "timezone": config.get("timezone"),
        "url": config.get("baseurl"),
        "out": config.get("publishdir") or "public",
        "paths": _places_of([("rss", f"{rss.get('basename') or 'index'}.xml")]),
        "future": "true" if config.get("buildfuture") is True else "",
        "limit": _fewer(_lower(_map(_lower(_map(config.get("services"))).get("rss"))).get("limit")),
    }


def zola(look: Look) -> dict[str, Any]:
    """Read config.toml of Zola."""
    config = _data(look, "zola.toml", "config.toml")
    names = [*_list(config.get("feed_filenames")), *_list(config.get("feed_filename"))]
    return {
        **_common(config),
        "language": config.get("default_language"),
        "url": config.get("base_url"),
        "out": config.get("output_dir") or "public",
        "paths": "astro" if "rss.xml" in names else "",
        "future": "true",
        "limit": _fewer(config.get("feed_limit")),
    }


def pelican(look: Look) -> dict[str, Any]:
    """Read pelicanconf.py and publishconf.py: the plain values that are assigned in them."""
    config = {**assigned(look("pelicanconf.py")), **assigned(look("publishconf.py"))}
    return {
        "title": config.get("SITENAME"),
        "description": config.get("SITESUBTITLE") or config.get("SITEDESCRIPTION"),
        "author": config.get("AUTHOR"),
        "language": config.get("DEFAULT_LANG"),
        "timezone": config.get("TIMEZONE"),
        "permalink": _pelican_permalink(config),
        "url": config.get("SITEURL") if "//" in str(config.get("SITEURL")) else "",
        "out": config.get("OUTPUT_PATH") or "output",
        "paths": _places_of(
            [("atom", config.get("FEED_ALL_ATOM") or "feeds/all.atom.xml"), ("rss", config.get("FEED_ALL_RSS"))]
        ),
        "future": "true" if config.get("WITH_FUTURE_DATES", True) else "",
        "limit": _fewer(config.get("FEED_MAX_ITEMS")),
    }


def _pelican_permalink(config: Mapping[str, Any]) -> str:
    """Return the pattern of articles, with what makes their {slug} where that is not the title in ASCII."""
    pattern = str(config.get("ARTICLE_URL") or "")
    slug = "{unicode_slug}" if config.get("SLUGIFY_USE_UNICODE") else ""
    slug = "{basename}" if config.get("SLUGIFY_SOURCE") == "basename" else slug
    slug = "{undated}" if "(?P<slug>" in str(config.get("FILENAME_METADATA")) else slug
    return (pattern or "{slug}.html").replace("{slug}", slug) if slug else pattern


def nikola(look: Look) -> dict[str, Any]:
    """Read conf.py: the plain values that are assigned in it."""
    config = assigned(look("conf.py"))
    return {
        "title": config.get("BLOG_TITLE"),
        "description": config.get("BLOG_DESCRIPTION"),
        "author": config.get("BLOG_AUTHOR"),
        "language": config.get("DEFAULT_LANG"),
        "timezone": config.get("TIMEZONE"),
        "permalink": _nikola_permalink(config),
        "url": config.get("SITE_URL"),
        "out": config.get("OUTPUT_FOLDER") or "output",
        "paths": "nikola",
        "future": "true" if config.get("FUTURE_IS_NOW") else "",
        "limit": _fewer(config.get("FEED_LENGTH", 10)),
    }


def _nikola_permalink(config: Mapping[str, Any]) -> str:
    """Return the pattern of POSTS, ((glob, destination, template), ...), where it is not the source's folder."""
    posts = config.get("POSTS")
    first: Any = posts[0] if isinstance(posts, list | tuple) and posts else ()
    slug = ":slug" if config.get("USE_SLUGIFY", True) else ":name"
    ending = f"/{slug}/" if config.get("PRETTY_URLS", True) else f"/{slug}.html"
    if isinstance(first, tuple | list) and len(first) > 1 and all(isinstance(each, str) for each in first[:2]):
        source = re.split(r"/?[*?\[]", first[0])[0]
        if source.strip("/") != first[1].strip("/"):
            inner = "" if "/" in source.strip("/") else "/:subfolders" if source else "/:folders"
            return f"/{first[1]}".rstrip("/") + inner + ending
    return f"/:folders{ending}" if ending != "/:slug/" else ""


# What blogs of Eleventy call what they say of themselves, for which it has no names.
_METADATA = {
    "title": ("siteName", "siteTitle", "title"),
    "url": ("siteUrl", "url", "base"),
    "language": ("language", "lang"),
    "description": ("siteDescription", "description"),
}


def eleventy(look: Look) -> dict[str, Any]:
    """Read the folders from the configuration's text, and the site from the metadata that starters keep beside it."""
    scripts = (".eleventy.js", *(f"eleventy.config.{ending}" for ending in ("js", "mjs", "cjs", "ts")))
    script = next(filter(None, map(look, scripts)), "")
    own = posixpath.normpath(f"{_in_script(script, 'input') or '.'}/{_in_script(script, 'data') or '_data'}")
    folders = (own, "_data", "src/_data", "content/_data")
    names = [f"{folder}/{name}" for folder in folders for name in ("metadata", "meta", "site")]
    data = _data(look, *(f"{name}.json" for name in names))
    data = {"title": data.get("name"), **data}
    text = next(filter(None, (look(f"{name}.js") for name in names)), "") + "\n" + script
    return {
        **{
            key: next(filter(None, map(data.get, each)), "") or _in_script(text, *each)
            for key, each in _METADATA.items()
        },
        "author": _name(data.get("author")) or _in_script(text, "name"),
        "out": _in_script(script, "output") or "_site",
        "paths": _places_of([*_feeds_of_plugin(script), *_feeds_of_templates(look)]),
        "limit": _limit_in(script, "(feedPlugin"),
    }


def _feeds_of_plugin(script: str) -> Iterator[tuple[str, str]]:
    """Yield format and path of each feed that eleventy-plugin-rss is told to write (its src/virtualTemplate.js)."""
    for call in re.split(r"addPlugin\(\s*feedPlugin\s*,\s*\{", _COMMENT.sub("", script))[1:]:
        yield _in_script(call, "type") or "atom", _in_script(call, "outputPath") or "feed.xml"


def _feeds_of_templates(look: Look) -> Iterator[tuple[str, str]]:
    """Yield format and path of each feed that is a template, as starters had them before there was the plugin."""
    names = (
        f"{folder}{name}.njk" for folder in ("", "src/", "content/") for name in ("feed", "feed/feed", "feed/json")
    )
    for text in filter(None, map(look, names)):
        if found := re.search(r"permalink[\"']?\s*:\s*[\"']?([^\"'\s,]+)", text):
            yield "json" if found[1].endswith(".json") else "rss" if "<rss" in text else "atom", found[1]


def _places_of(feeds: Iterable[tuple[str, Any]]) -> str:
    """Return the key of PLACES that leaves most of a site's feeds where they are, and is least else; "" for ours."""
    told = {(kind, str(path).lstrip("/")) for kind, path in feeds}
    kept = {paths: sum((kind, place(paths, "", "", "", kind)) in told for kind in FORMATS) for paths in PLACES}
    best = max(kept, key=lambda paths: (kept[paths], -len(PLACES[paths])))
    return "" if best == "default" else best


def _fewer(limit: Any) -> int:
    """Return how many entries a feed has, where ours would have more, which its readers took for new; 0 else."""
    return limit if type(limit) is int and 0 < limit < Feeds().limit else 0


def _limit_in(script: str, opening: str) -> int:
    found = re.search(r"\blimit\s*:\s*(\d{1,9})\b", _COMMENT.sub("", script).partition(opening)[2])
    return _fewer(int(found[1])) if found else 0


def astro(look: Look) -> dict[str, Any]:
    """Read `site` and `base` from the configuration's text, and the title from where starters keep it."""
    script = next(filter(None, (look(f"astro.config.{ending}") for ending in ("mjs", "ts", "js", "cjs", "mts"))), "")
    names = ("consts", "config", "site", "site.config")
    words = "\n".join(look(f"src/{name}.ts") or look(f"src/{name}.js") or "" for name in names)
    pages = [f"{name}.xml" for name in ("rss", "feed", "index")]
    feeds = [("rss", page) for page in pages if look(f"src/pages/{page}.js") or look(f"src/pages/{page}.ts")]
    elsewhere = re.search(r"\bsite\s*:\s*\w+\.(\w+)", script)
    site = _in_script(script, "site") or (_in_script(words, elsewhere[1]) if elsewhere else "")
    return {
        "url": _joined(site, _in_script(script, "base")),
        "title": _in_script(words, "SITE_TITLE", "title"),
        "description": _in_script(words, "SITE_DESCRIPTION", "desc", "description"),
        "author": _in_script(words, "author"),
        "language": _in_script(words, "lang"),
        "timezone": _in_script(words, "timezone"),
        "permalink": "/:collection/:id" if _in_script(script, "trailingSlash") == "never" else "",
        "out": _in_script(script, "outDir") or "dist",
        "paths": _places_of(feeds or [("rss", "rss.xml")]),
    }


def docusaurus(look: Look) -> dict[str, Any]:
    """Read the configuration's text."""
    names = [f"{folder}docusaurus.config.{ending}" for folder in ("", "website/") for ending in ("js", "ts", "mjs")]
    name, script = next(((name, text) for name in names if (text := look(name))), ("", ""))
    blog = re.search(r"\bblog[\"']?\s*:\s*\{", script)
    route = _in_script(script[blog.end() :].partition("}")[0], "routeBasePath") if blog else ""
    return {
        "title": _in_script(script, "title"),
        "description": _in_script(script, "tagline"),
        "language": _in_script(script, "defaultLocale"),
        "url": _joined(_in_script(script, "url"), _in_script(script, "baseUrl")),
        "permalink": _docusaurus_permalink(script, route),
        "out": f"{posixpath.dirname(name)}/build".lstrip("/"),
        "paths": _places_of([("rss", f"{route or 'blog'}/rss.xml"), ("atom", f"{route or 'blog'}/atom.xml")]),
        "limit": _limit_in(script, "feedOptions"),
    }


def _docusaurus_permalink(script: str, route: str) -> str:
    """Return the pattern of posts where they are not served in the folder that they lie in, or as folders."""
    end = "/" if re.search(r"\btrailingSlash\s*:\s*true\b", script) else ""
    folder = f"/{route.strip('/')}" if route.strip("/") else "" if route else "/:route"
    return f"{folder}/:slug{end}" if route or end else ""


def gatsby(look: Look) -> dict[str, Any]:
    """Read siteMetadata from the configuration's text."""
    script = next(filter(None, (look(f"gatsby-config.{ending}") for ending in ("js", "ts", "mjs"))), "")
    return {
        "title": _in_script(script, "siteTitle", "title"),
        "description": _in_script(script, "siteDescription", "description"),
        "language": _in_script(script, "siteLanguage"),
        "author": _in_script(script, "author", "name"),
        "url": _in_script(script, "siteUrl"),
        "out": "public",
        "paths": _places_of([("rss", _in_script(script.partition("gatsby-plugin-feed")[2], "output") or "rss.xml")]),
    }


# engine -> how to read its configuration
CONFIGURATIONS: Mapping[str, Reader] = {
    "astro": astro,
    "docusaurus": docusaurus,
    "eleventy": eleventy,
    "gatsby": gatsby,
    "hexo": hexo,
    "hugo": hugo,
    "jekyll": jekyll,
    "nikola": nikola,
    "pelican": pelican,
    "zola": zola,
}


def _common(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": config.get("title"),
        "description": config.get("description"),
        "author": _name(config.get("author")),
    }


def _data(look: Look, *names: str) -> dict[str, Any]:
    """Read the first of these files that is there; {} when none is, or it is broken."""
    name, text = next(((name, text) for name in names if (text := look(name))), ("", ""))
    try:
        value = _READERS[name.rpartition(".")[2]](text.removeprefix("\ufeff")) if name else {}
    except (ValueError, RecursionError, yaml.YAMLError):
        return {}
    return value if isinstance(value, dict) else {}


_READERS: Mapping[str, Callable[[str], Any]] = {
    "toml": tomllib.loads,
    "json": json.loads,
    "yaml": yaml.safe_load,
    "yml": yaml.safe_load,
}


_COMMENT = re.compile(r"^[ \t]*//.*", re.MULTILINE)


def _in_script(text: str, *keys: str) -> str:
    """Return the text that JavaScript gives the first of these keys or constants that has one, the first time."""
    text = _COMMENT.sub("", text)
    forms = (rf"\b{key}[\"']?(?:\s*:\s*\w+)?\s*[:=]\s*([\"'`])((?:\\.|(?!\1)[^\\\n])*)\1" for key in keys)
    found = (re.search(form, text) for form in forms)
    return next((each[2].replace("\\", "") for each in found if each and each[2] and "${" not in each[2]), "")


def _joined(url: Any, base: Any) -> str:
    return (
        f"{url or ''}{base or ''}"
        if not base or not url
        else f"{str(url).rstrip('/')}/{str(base).strip('/')}".rstrip("/")
    )


def _name(author: Any) -> str:
    return str(author.get("name") or "") if isinstance(author, dict) else author if isinstance(author, str) else ""


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _lower(config: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in config.items()}
