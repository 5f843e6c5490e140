"""Walking folders: what is found, what is named, and that nothing ends the walk."""

import os
import sys
from pathlib import Path

import pytest

from feeds import tree
from feeds.collect import choose_dialect, collect, read_body
from feeds.errors import SettingsError
from feeds.model import LeftOut, Site

SITE = Site(url="https://example.org/", title="Site")
POST = "---\ndate: 2025-06-20\n---\ntext\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def paths(folder: Path, *folders: str) -> list[str]:
    return [post.path for post in collect(folder, folders or ["posts"], "plain", "", SITE).posts]


def problems(folder: Path) -> dict[str, str]:
    return {problem.path: problem.what for problem in collect(folder, ["posts"], "plain", "", SITE).problems}


def test_posts_come_by_path(tmp_path: Path) -> None:
    """All files below the folders are read, in the order of their paths; what is no text is passed by."""
    write(tmp_path, {"posts/b.md": POST, "posts/a/z.md": POST, "posts/a.html": POST, "posts/a.png": "x"})
    write(tmp_path, {"posts/.git/a.md": POST, "posts/node_modules/a.md": POST, "other/c.md": POST})

    assert paths(tmp_path) == ["posts/a.html", "posts/a/z.md", "posts/b.md"]
    assert paths(tmp_path, "other", "posts/a", "posts") == [
        *("other/c.md", "posts/a.html", "posts/a/z.md", "posts/b.md"),
    ]
    assert paths(tmp_path, ".") == paths(tmp_path, "./posts/../posts", "other/")


def test_one_bad_post_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Each file is a post, is left out with a reason, or is a problem with its line."""
    write(
        tmp_path,
        {
            "posts/good.md": POST,
            "posts/bad.md": '---\ndate: 2025-06-20\ntitle: "a "b" c"\n---\n',
            "posts/broken.md": '{"date": "2025-06-20"\n',
            "posts/draft.md": "---\ndraft: true\n---\n",
            "posts/README.md": "hello",
            "posts/doc.adoc": "= hello",
            "posts/undated.md": "hello",
        },
    )
    found = collect(tmp_path, ["posts"], "plain", "", SITE)

    assert [(post.path, post.title) for post in found.posts][:1] == [("posts/bad.md", 'a "b" c')]
    assert [post.path for post in found.posts][1:] == ["posts/good.md"]
    assert found.left_out == (
        LeftOut("posts/README.md", "not a post, by its name"),
        LeftOut("posts/doc.adoc", "written in AsciiDoc, which is not read yet"),
        LeftOut("posts/draft.md", "draft"),
    )
    assert [(each.path, each.line) for each in found.problems] == [
        ("posts/bad.md", 3),
        ("posts/broken.md", 1),
        ("posts/undated.md", 0),
    ]


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is a problem at its first wrong line, and never garbled."""
    write(tmp_path, {"posts/a.md": POST})
    (tmp_path / "posts/b.md").write_bytes(POST.encode() + b"caf\xe9\n")
    (tmp_path / "posts/c.md").write_bytes(POST.encode("utf-16"))
    found = collect(tmp_path, ["posts"], "plain", "", SITE)

    assert [post.path for post in found.posts] == ["posts/a.md"]
    assert [(each.path, each.line) for each in found.problems] == [("posts/b.md", 5), ("posts/c.md", 1)]


def test_links_do_not_loop(tmp_path: Path) -> None:
    """A folder is read once, by its own path; links out of the folder are followed, links in circles end."""
    write(tmp_path, {"posts/z/a.md": POST, "posts/m/a.md": POST, "outside/b.md": POST})
    (tmp_path / "posts/a-loop").symlink_to(tmp_path / "posts")
    (tmp_path / "posts/b-twice").symlink_to("z")
    (tmp_path / "posts/z-twice").symlink_to("m")
    (tmp_path / "posts/z/c-outside").symlink_to(tmp_path / "outside")
    (tmp_path / "outside/d-back").symlink_to(tmp_path)

    assert paths(tmp_path) == ["posts/m/a.md", "posts/z/a.md", "posts/z/c-outside/b.md"]
    assert problems(tmp_path) == {}


def test_links_to_nothing(tmp_path: Path) -> None:
    """A link that leads nowhere, or to itself, is a problem if it looks like a post."""
    write(tmp_path, {"posts/a.md": POST})
    (tmp_path / "posts/b.md").symlink_to("nowhere")
    (tmp_path / "posts/c.md").symlink_to("c.md")
    (tmp_path / "posts/d").symlink_to("d")

    assert paths(tmp_path) == ["posts/a.md"]
    assert [*problems(tmp_path)] == ["posts/b.md", "posts/c.md"]


def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe would keep a reader waiting for ever, so it is not opened; a folder may be called "a.md"."""
    write(tmp_path, {"posts/a.md/b.md": POST})
    os.mkfifo(tmp_path / "posts/pipe.md")

    assert paths(tmp_path) == ["posts/a.md/b.md"]
    assert problems(tmp_path) == {"posts/pipe.md": "it is no ordinary file"}


@pytest.mark.parametrize("before", ["", POST + "more\n" * 9, POST[:-1]])
def test_a_file_that_changes_while_it_is_looked_at(tmp_path: Path, before: str) -> None:
    """A file that has grown or shrunk since the folders were walked is read to its end."""
    write(tmp_path, {"posts/a.md": before})
    grown = tree.grow(str(tmp_path), ["posts"])
    write(tmp_path, {"posts/a.md": POST + "more"})

    (row,) = collect(tmp_path, ["posts"], "plain", "", SITE, grown=grown).rows.found
    assert row.post is not None
    assert row.digest == read_body(tmp_path, row.post).digest


def test_a_giant_is_not_read(tmp_path: Path) -> None:
    """A file of 50 MB is no post, and costs no time."""
    write(tmp_path, {"posts/a.md": POST, "posts/b.md": ""})
    os.truncate(tmp_path / "posts/b.md", 50_000_000)

    assert paths(tmp_path) == ["posts/a.md"]
    assert problems(tmp_path) == {"posts/b.md": "it has 50,000,000 bytes"}


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system only takes names in UTF-8")
def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    """A name that cannot stand in an address is a problem that can be printed."""
    write(tmp_path, {"posts/a.md": POST})
    (tmp_path / "posts" / os.fsdecode(b"caf\xe9.md")).write_text(POST)
    (tmp_path / "posts" / os.fsdecode(b"dir\xff")).mkdir()

    assert paths(tmp_path) == ["posts/a.md"]
    assert [*problems(tmp_path)] == ["posts/caf\\xe9.md", "posts/dir\\xff"]


@pytest.mark.usefixtures("ordinary_rights")
def test_locked_doors(tmp_path: Path) -> None:
    """A file or folder that may not be read is a problem."""
    write(tmp_path, {"posts/a.md": POST, "posts/b.md": POST, "posts/c/d.md": POST})
    (tmp_path / "posts/b.md").chmod(0)
    (tmp_path / "posts/c").chmod(0)

    assert paths(tmp_path) == ["posts/a.md"]
    assert [*problems(tmp_path)] == ["posts/b.md", "posts/c"]
    (tmp_path / "posts/c").chmod(0o700)


def test_deep_folders(tmp_path: Path) -> None:
    """Folders may be nested as deep as the disk allows."""
    folder = tmp_path / "posts" / "/".join("d" * 400)
    folder.mkdir(parents=True)
    (folder / "a.md").write_text(POST)

    assert len(paths(tmp_path)) == 1


@pytest.mark.parametrize("name", ["missing", "posts/a.md", "../elsewhere", "/"])
def test_wrong_folders_are_the_operators_to_mend(tmp_path: Path, name: str) -> None:
    """A folder that is not there, or not within the site's, is an error that names the key."""
    write(tmp_path, {"posts/a.md": POST})

    with pytest.raises(SettingsError, match=r"posts\.folders") as error:
        collect(tmp_path, ["posts", name], "plain", "", SITE)
    assert error.value.where == "feeds.toml"


@pytest.mark.parametrize(
    ("engine", "permalink", "what"),
    [
        ("wordpress", "", "posts.engine = 'wordpress'"),
        ("plain", "/:year/:foo/", "posts.permalink = '/:year/:foo/' has :foo"),
        ("jekyll", "/:folders/", "posts.permalink = '/:folders/' has :folders"),
        ("plain", "pretty", "posts.permalink = 'pretty'"),
        ("jekyll", "prety", "posts.permalink = 'prety'"),
    ],
)
def test_wrong_engines_and_permalinks(tmp_path: Path, engine: str, permalink: str, what: str) -> None:
    """An engine or pattern that nobody knows is an error that names the key and lists what is known."""
    with pytest.raises(SettingsError) as error:
        choose_dialect(tmp_path, engine, permalink)

    assert (error.value.where, error.value.what) == ("feeds.toml", what)
    assert "jekyll" in error.value.mend or ":title" in error.value.mend


def test_the_engine_is_recognised(tmp_path: Path) -> None:
    """ "auto" looks at the site's folder, and the permalink of the settings replaces the engine's own."""
    assert choose_dialect(tmp_path / "nowhere", "auto", "").name == "plain"
    write(tmp_path, {"_config.yml": "", "_posts/2024.md": ""})

    assert choose_dialect(tmp_path, "auto", "").name == "jekyll"
    assert choose_dialect(tmp_path, "auto", "pretty").permalink == "pretty"
    assert choose_dialect(tmp_path, "plain", "/:year/:month_:day/:slug/").permalink == "/:year/:month_:day/:slug/"


def test_bodies_are_fetched_when_they_are_wanted(tmp_path: Path) -> None:
    """A body comes with its line in the file, and without the heading that became the title."""
    write(tmp_path, {"posts/a.md": "\ufeff---\r\ndate: 2025-06-20\r\n---\r\n\r\n    code\r\n"})
    write(tmp_path, {"posts/b.md": "---\ndate: 2025-06-20\n---\n\n# Title\n\ntext"})
    a, b = collect(tmp_path, ["posts"], "plain", "", SITE).posts

    assert read_body(tmp_path, a)[:2] == ("\n    code\n", 4)
    assert (b.title, read_body(tmp_path, b)[:2]) == ("Title", ("\ntext", 6))


def test_files_beside_posts_are_heard(tmp_path: Path) -> None:
    """Metadata in a file of its own, values for a folder and authors by key all reach the post."""
    write(
        tmp_path,
        {
            "posts/a.md": "text",
            "posts/a.meta": ".. title: عنوان\n.. date: 2024-03-05\n.. author: ada\n",
            "posts/authors.yml": "ada:\n  name: Ada\n",
            "posts/posts.json": '{"tags": ["x"], "author": "ada"}',
            "posts/2024-03-05-b.md": "---\ntitle: b\n---\n",
            "posts/broken.11tydata.json": "{",
        },
    )
    nikola = collect(tmp_path, ["posts"], "nikola", "", SITE).posts
    eleventy = collect(tmp_path, ["posts"], "eleventy", "", SITE).posts

    assert [(post.title, [author.name for author in post.authors]) for post in nikola] == [
        ("b", []),
        ("عنوان", ["Ada"]),
    ]
    assert [(post.tags, [author.name for author in post.authors]) for post in eleventy] == [(("x",), ["Ada"])]


def test_what_lies_in_a_bundle_is_no_post(tmp_path: Path) -> None:
    """Hugo's pages beside an index.md belong to it; those beside an _index.md are posts."""
    write(
        tmp_path,
        {
            "content/a/index.md": POST,
            "content/a/index.ar.md": POST,
            "content/a/notes.md": POST,
            "content/_index.md": POST,
            "content/b.md": POST,
        },
    )
    found = collect(tmp_path, ["content"], "hugo", "", SITE)

    assert [post.path for post in found.posts] == ["content/a/index.ar.md", "content/a/index.md", "content/b.md"]
    assert found.left_out == (
        LeftOut("content/_index.md", "the page of a section, not a post"),
        LeftOut("content/a/notes.md", "part of the post beside it"),
    )


def test_values_handed_down(tmp_path: Path) -> None:
    """The defaults of Jekyll's _config.yml and the cascade of Hugo's sections hold for the posts that they mean."""
    defaults = "defaults:\n- scope: {path: _posts/old, type: posts}\n  values: {author: Ada}\n"
    defaults += "- scope: {path: ''}\n  values: {author: Ben, permalink: '/x/:title/', tags: [all]}\n"
    defaults += "- scope: {path: '', type: pages}\n  values: {author: Cee}\n- nonsense\n"
    write(
        tmp_path,
        {
            "_config.yml": defaults,
            "_posts/2024-01-01-a.md": POST,
            "_posts/old/2024-01-01-b.md": "---\ntags: own\n---\n",
            "content/_index.md": "---\ncascade: {author: Ada}\n---\n",
            "content/post/_index.md": "---\ncascade:\n- {tags: [x]}\n- {author: Ben, _target: {kind: page}}\n---\n",
            "content/post/a.md": POST,
        },
    )
    jekyll = collect(tmp_path, ["_posts"], "jekyll", "", SITE).posts
    hugo = collect(tmp_path, ["content"], "hugo", "", SITE).posts

    assert [(post.url[19:], post.tags, post.authors[0].name) for post in jekyll] == [
        ("/x/a/", ("all",), "Ben"),
        ("/x/b/", ("own",), "Ada"),
    ]
    assert [(post.tags, post.authors[0].name) for post in hugo] == [(("x",), "Ben")]


def test_what_we_wrote_is_no_post(tmp_path: Path) -> None:
    """Where the whole site is the folder of posts, the pages of its feeds lie in it."""
    write(tmp_path, dict.fromkeys(("a.md", "public/b.md"), "---\ntitle: a\ndate: 2025-01-01\n---\n"))

    found = collect(tmp_path, ["."], "plain", "", SITE, without="public/")

    assert ["a.md"] == [post.path for post in found.posts]
