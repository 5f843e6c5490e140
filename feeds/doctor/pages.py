"""Examine what readers need of the pages: HTTPS, the programs that serve them, and that somebody answers there."""

from collections.abc import Iterator
from importlib.util import find_spec

from feeds.doctor.finding import Finding, Patient
from feeds.errors import FeedsError
from feeds.fetch import fetch, post
from feeds.publish.mail_form import pages_url
from feeds.tokens import LENGTH


def examine(patient: Patient) -> Iterator[Finding]:
    """Look at `web.url`, ask for the form that is there, and click as a mail program does."""
    said = patient.settings
    if not said.web.url:
        yield Finding("ok", "there are none (web.url is empty): readers subscribe and leave by mail")
        return
    url = pages_url(said)
    if not url.startswith("https://"):
        mend = "serve the pages with https: no mail program unsubscribes by one click without (RFC 8058)"
        yield Finding("error", f"{url} is not secure", mend)
    if not (find_spec("starlette") and find_spec("uvicorn")):
        yield Finding("error", "what serves them is not installed", "run `pip install '.[web]'` in the clone of feeds")
    yield _answer(f"{url}subscribe")
    yield from _click(f"{url}u/{'0' * LENGTH}")


def _answer(url: str) -> Finding:
    try:
        page = fetch(url)
    except FeedsError as error:
        what = f"{url} does not answer here: {error.what.rpartition(': ')[2]}"
        return Finding("unchecked", what, "see that `feeds pages` runs behind it")
    if b'name="email"' not in page:
        return Finding("error", f"{url} is not the form", "let the web server pass on what is below web.url")
    return Finding("ok", f"{url} answers")


def _click(url: str) -> Iterator[Finding]:
    """Unsubscribe nobody: what answers must take a POST as it comes, and say 200 even so."""
    try:
        status, _ = post(url, {"List-Unsubscribe": "One-Click"})
    except FeedsError:
        return  # nor did the form answer
    if status == 200:
        yield Finding("ok", "one click of a mail program unsubscribes")
    else:
        mend = "let the web server pass on POST as it is, with no redirect and no login (RFC 8058 section 3.1)"
        yield Finding("error", f"one click of a mail program is answered by {status}, so it unsubscribes nobody", mend)
