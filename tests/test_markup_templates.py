"""Template code: what it stands for, and that none of it is left."""

import re
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.markup import Rendered, render
from feeds.markup.renderers import RENDERERS
from feeds.markup.templates import FAMILIES
from feeds.model import Post, Site
from feeds.sources import ENGINES
from tests.test_markup import BODIES, DAY

SITE = Site(url="https://example.org/blog/", title="Site")
LINKS = MappingProxyType({"2025-01-01-other": "https://example.org/blog/other/", "posts/other": "https://b/"})
MARKUPS = {
    "liquid": "kramdown",
    "nunjucks": "markdown-it",
    "hexo": "gfm",
    "hugo": "goldmark",
    "nikola": "markdown",
    "zola": "pulldown",
    "go": "markdown",
    "mdx": "gfm",
    "pure mdx": "gfm",
}


def rendered(body: str, template: str, markup: str = "", path: str = "posts/post.md") -> Rendered:
    post = Post(
        path=path, url="https://example.org/blog/post/", title="Title", published=DAY, updated=DAY,
        markup=markup or MARKUPS[template], template=template,
    )  # fmt: skip
    return render(post, body, SITE, 5, LINKS)


def shown(body: str, template: str, path: str = "posts/post.md") -> str:
    result = rendered(body, template, path=path)
    assert result.problems == ()
    return result.entry.html


def test_families() -> None:
    """Each engine names a family that there is, or none."""
    assert {dialect.template for dialect in ENGINES.values()} <= {"", *FAMILIES}
    assert set(MARKUPS) == set(FAMILIES)


VIDEO = 'href="https://www.youtube.com/watch?v=abcdefghijk"'


@pytest.mark.parametrize(
    ("template", "body", "expected"),
    [
        ("liquid", "{% highlight rb linenos %}\n{{ a }} *b*\n{% endhighlight %}", 'class="language-rb">{{ a }} *b*\n<'),
        ("liquid", "{% raw %}{{ a }}{% endraw %}", "<p>{{ a }}</p>"),
        ("liquid", "`{% raw %}{{ a }}{% endraw %}`", "<code>{{ a }}</code>"),
        ("liquid", "[a]({% post_url 2025-01-01-other %})", '<a href="https://example.org/blog/other/">a</a>'),
        ("liquid", "[a]({% link _posts/2025-01-01-other.md %})", '<a href="https://example.org/blog/other/">a</a>'),
        ("liquid", "{{ site.url }}{{ site.baseurl }}/a", "https://example.org/blog/a"),
        ("liquid", "{{ page.title }}", "<p>Title</p>"),
        ("liquid", "[a]({{ '/b' | relative_url }})", 'href="https://example.org/blog/b"'),
        ("liquid", '![]({{ "/b.png" | prepend: site.baseurl }})', 'src="https://example.org/blog/b.png"'),
        ("liquid", "[a]({{ 'b' | absolute_url }})", 'href="https://example.org/blog/b"'),
        ("liquid", '{% include youtube-player.html id="abcdefghijk" %}', VIDEO),
        ("liquid", '{% include figure src="/a.png" caption="B" %}', "<figcaption>B</figcaption>"),
        ("liquid", "{% youtube abcdefghijk %}", VIDEO),
        ("liquid", "a{% comment %}b{% endcomment %}c", "<p>ac</p>"),
        ("liquid", '{% assign a = "b" %}{{ a }}', "<p>b</p>"),
        ("liquid", "- a\n\n  {% highlight js %}\n  b\n  {% endhighlight %}\n- c", "<li>\n<p>c</p>"),
        ("nunjucks", "{% set a %}b{% endset %}{{ a | safe }}", "<p>b</p>"),
        ("nunjucks", "a{# b #}c", "<p>ac</p>"),
        ("hexo", "{% codeblock a lang:js %}\nb\n{% endcodeblock %}", 'class="language-js">b\n<'),
        ("hexo", "{% asset_img a.png B c %}", '<img src="https://example.org/blog/post/a.png" alt="B c">'),
        ("hexo", "{% post_link other A title %}", ">A title</a>"),
        ("hexo", "{% blockquote A %}\nb\n{% endblockquote %}", "<blockquote>\n<p>b</p>\n<p>— A</p>"),
        ("hexo", "{% note info %}\n*a*\n{% endnote %}", "<em>a</em>"),
        ("hugo", '{{< figure src="a.png" caption="*B*" >}}', "<figcaption>B</figcaption></figure>"),
        ("hugo", "{{< youtube abcdefghijk >}}", VIDEO),
        ("hugo", "{{< vimeo 12345 >}}", 'href="https://vimeo.com/12345"'),
        ("hugo", "{{< gist a b >}}", 'href="https://gist.github.com/a/b"'),
        ("hugo", '{{< x user="a" id="1" >}}', 'href="https://x.com/a/status/1"'),
        ("hugo", "{{< highlight go >}}\na {{ b }}\n{{< /highlight >}}", 'class="language-go">a {{ b }}\n<'),
        ("hugo", '[a]({{< relref "2025-01-01-other.md#b" >}})', 'href="https://example.org/blog/other/#b"'),
        ("hugo", '{{< details "A" >}}\n- b\n{{< /details >}}', "<details><summary>A</summary>\n<ul>\n<li>b</li>"),
        ("hugo", "{{% notice %}}\n*a*\n{{% /notice %}}", "<blockquote>\n<p><em>a</em></p>"),
        ("hugo", "{{</* a */>}} {{%/* b */%}}", "{{&lt; a &gt;}} {{% b %}}"),
        ("hugo", "`{{</* a\nb */>}}`", "<code>{{&lt; a b &gt;}}</code>"),
        ("hugo", "{{ .Title }}", "{{ .Title }}"),
        ("hugo", "> [!NOTE]\n> a", "<p><strong>Note</strong></p>\n<p>a</p>"),
        ("zola", '{{ youtube(id="abcdefghijk") }}', VIDEO),
        ("zola", '{% quote(author="A") %}\n*b*\n{% end %}', "<em>b</em>"),
        ("zola", "{{/* a() */}} {%/* b() */%}", "{{ a() }} {% b() %}"),
        ("go", '{{image "a.png" 850}}', '<img src="https://example.org/blog/post/a.png" alt="">'),
        ("go", '{{FigureSingle "B c." "/a.png"}}', 'a.png" alt=""><figcaption>B c.</figcaption></figure>'),
        ("nikola", "{{% youtube abcdefghijk %}}", VIDEO),
        ("mdx", "import A from 'b'\n\nexport const c = 1\n\nd", "<p>d</p>"),
        ("mdx", '<Tabs>\n  <TabItem label="A">\n    *b*\n  </TabItem>\n</Tabs>', "A</strong></p>\n<p><em>b</em>"),
        ("mdx", ":::note[A]\n\n*b*\n\n:::\n\nc", "A</strong></p>\n<p><em>b</em></p>\n</blockquote>\n<p>c</p>"),
        ("mdx", "# a {#b}", "<h1>a</h1>"),
        ("mdx", '<div style={{ a: 1 }} title="b">c</div>', '<div title="b">c</div>'),
        ("pure mdx", 'a{" b"}{/* c */}', "<p>a b</p>"),
    ],
)  # fmt: skip
def test_known(template: str, body: str, expected: str) -> None:
    """What engines bring with them becomes what it stands for."""
    assert expected in shown(body, template)


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ("liquid", "a\n\n{% odd x=1 %}*b*{% endodd %}"),
        ("hexo", "a\n\n{% odd %}*b*{% endodd %}"),
        ("hugo", 'a\n\n{{< odd x="1" >}}*b*{{< /odd >}}'),
        ("zola", "a\n\n{% odd(x=1) %}*b*{% end %}"),
        ("mdx", "a\n\n<Odd x={1}>*b*</Odd> <Odd/>"),
    ],
)
def test_unknown(template: str, body: str) -> None:
    """What nobody knows goes, with its line named once; what is inside stays."""
    result = rendered(body, template)

    assert "<p>a</p>\n<p><em>b</em></p>" == result.entry.html
    assert [(7, True)] == [(problem.line, '"odd' in problem.what.lower()) for problem in result.problems]


@pytest.mark.parametrize(
    ("template", "body", "html"),
    [
        ("hugo", '{{< odd title="Some words" >}}', "<p>Some words</p>"),
        ("hugo", 'a {{< odd "some words" 1 >}} b', "<p>a some words b</p>"),
        ("mdx", '<Odd src="/a.png" caption="B"/>', '<p><img src="https://example.org/a.png" alt=""> B</p>'),
        ("liquid", '{% if a == "b c" %}d{% endif %}', "<p>d</p>"),
    ],
)
def test_words_of_unknown(template: str, body: str, html: str) -> None:
    """Of what nobody knows the words and the picture stay; what is compared is no text."""
    result = rendered(body, template)

    assert html == result.entry.html.replace("\n", "")
    assert ["not known" in problem.what for problem in result.problems] == [True]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a\n\n{{% youtube abcdefghijk %}}\n\nb", f"<p>a</p>\n<p><a {VIDEO}>"),
        ("*a* {{% gist b c %}} d", '<em>a</em> <span><a href="https://gist.github.com/b/c">'),
        ("{{% note %}}\n*b*\n{{% /note %}}", "<blockquote><p><em>b</em></p>"),
        ("{{% odd %}}*b*{{% /odd %}}", "<p><em>b</em></p>"),
        ("``{{% youtube abcdefghijk %}}``", "<code>{{% youtube abcdefghijk %}}</code>"),
    ],
)
def test_restructuredtext(body: str, expected: str) -> None:
    """What a shortcode stands for is HTML in reStructuredText, too; what is inside stays reStructuredText."""
    assert expected in rendered(body, "nikola", "rst").entry.html


@pytest.mark.parametrize("template", sorted(FAMILIES))
def test_code(template: str) -> None:
    """In code and in comments all of it is shown as the author wrote it."""
    body = "```\n{{ a }} {% b %} {{< c >}} <D/> :::e [[f]]\n```\n\n`{% g %} {{< h >}} [[i]]`\n\n<!-- {% j %} -->\n"
    html = shown(body, template)

    assert "<code>{{ a }} {% b %} {{&lt; c &gt;}} &lt;D/&gt; :::e [[f]]\n</code>" in html
    assert "<code>{% g %} {{&lt; h &gt;}} [[i]]</code>" in html


def test_missing_post() -> None:
    """A link to a post that is not there keeps its text and is a problem."""
    result = rendered("[a]({% post_url 2020-02-02-gone %})", "liquid")

    assert "<p><a>a</a></p>" == result.entry.html
    assert ['the template code "post_url 2020-02-02-gone" is not known, so it was left out'] == [
        problem.what for problem in result.problems
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[TOC]\n\na", "<p>a</p>"),
        ('!!! note "A"\n    *b*\n\n    c\n\nd', "<p><em>b</em></p>\n<p>c\n</p>\n</blockquote>\n<p>d</p>"),
        ("[[2025-01-01-other|a]]", '<p><a href="https://example.org/blog/other/">a</a></p>'),
        ("[[gone]] [[gone|b]] [[1]](x)", '<p>gone b <a href="https://example.org/blog/post/x">[1]</a></p>'),
        ("[a](2025-01-01-other.md#b)", 'href="https://example.org/blog/other/#b"'),
        ("[a](../posts/other.md)", 'href="https://b/"'),
        ("[a]({filename}/2025-01-01-other.md)", 'href="https://example.org/blog/other/"'),
        ("![]({static}/a.png)", 'src="https://example.org/a.png"'),
        (
            "[a](gone.md) [b](https://c/d.md)",
            'href="https://example.org/blog/post/gone.md">a</a> <a href="https://c/d.md"',
        ),
    ],
)
def test_everywhere(body: str, expected: str) -> None:
    """Contents, admonitions, wiki links and links to files mean the same whatever the engine."""
    assert expected in shown(body, "nikola")


def test_html() -> None:
    """In a body of HTML tags stand for HTML."""
    result = rendered("<p>{{ page.title }}</p>{% highlight js %}\na<b\n{% endhighlight %}", "liquid", "html")

    assert "<p>Title</p><pre><code>a&lt;b</code></pre>" == result.entry.html


PIECES = """
    {% %} {{ }} {% raw %} {% endraw %} {% if_x %} {% endif %} {% highlight_a %} {% endhighlight %} {{< a_b="c" >}}
    {{< /a >}} {{< highlight >}} {{< /highlight >}} {{% note %}} {{% /note %}} {{</* */>}} {%_quote(a=1)_%} {%_end_%}
    {{_a(b)_}} <A_b={{c:1}}> </A> <A/> {a} {#_b_#} {#c} ``` ` \n \n\n _ > - :::note ::: !!!_note \n____ [[a]] [[b|c]]
    import_a_from_'b' [TOC] <!-- --> {%_include_figure.html_src="a"_%} {{_page.title_|_append:_"a"_}} {%_set_a_=_b_%} a
"""
CODE = st.lists(st.sampled_from([each.replace("_", " ") for each in PIECES.split()]), max_size=25).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(CODE | BODIES, st.sampled_from(sorted(FAMILIES)), st.sampled_from(sorted(RENDERERS)))
def test_any_text(body: str, template: str, markup: str) -> None:
    """No text makes it fail or grow without bound, and the same gives the same."""
    result = rendered(body, template, markup)

    assert not [problem for problem in result.problems if "while rendering" in problem.what]
    assert len(result.entry.html) < 200 * (len(body) + 10)
    assert result == rendered(body, template, markup)


@pytest.mark.parametrize("template", sorted(FAMILIES))
@pytest.mark.parametrize(
    "piece",
    [
        "{% a %}",
        "{{ a ",
        "{% ",
        "{{< a >}}",
        "{{< a ",
        "{% endif %}",
        "<A>",
        "<A b={",
        "{",
        "```\n{% a\n",
        "`",
        "[[",
        "{#",
        "<!--",
        "{/* " * 5,
        "\t" * 20,
    ],
)
def test_pathological(template: str, piece: str) -> None:
    """Nothing takes the square of its length."""
    assert len(rendered(piece * 3_000, template, "text").problems) < 5


def test_nested() -> None:
    """Tags in tags without end are done in a moment."""
    body = "{{< note >}}" * 2_000 + "a" + "{{< /note >}}" * 2_000

    assert re.search("a", rendered(body, "hugo").entry.html)


def test_nested_admonitions() -> None:
    """Admonitions that nobody ends do not indent the rest of a post without bound."""
    html = rendered(":::note\n" * 100 + "a\n" + ":::\n" * 100 + "\nb", "mdx", "gfm").entry.html

    assert "<blockquote>\n" * 5 + "<p>" in html
    assert "<blockquote>\n" * 6 not in html
    assert html.endswith("<p>b</p>")
