"""The tables, in words that SQLite and PostgreSQL both understand. Contains no queries.

Times are UTC, integer microseconds. What must never happen twice is a key here, so that no query can write it: one
issue for an occasion (`occasion`), one number for an issue, one delivery for a reader and for an address of an issue.
A change here comes with a migration; a test compares the two.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What bears a time that is farther ahead than this was written by a run whose clock was wrong, and counts for nothing:
# no pause of ours is as long. A clock that is set back, by hand, NTP or a time zone, stays within it.
AHEAD = timedelta(days=1)

SUBSCRIBER_STATES = ("pending", "active", "unsubscribed", "bounced", "complained", "erased")
SUBSCRIPTION_STATES = ("active", "paused", "unsubscribed")
POST_STATES = ("baseline", "eligible", "withdrawn")
ISSUE_STATES = ("waiting", "open", "paused", "done", "cancelled")
OUTCOMES = ("opened", "empty")

# The issue is not done while a delivery is waiting for its turn or in the hands of a worker.
PENDING = ("queued", "deferred", "claimed", "sending")
SETTLED = ("sent", "failed", "uncertain", "skipped", "cancelled", "expired", "bounced", "complained")
DELIVERY_STATES = PENDING + SETTLED


def moment(value: datetime) -> int:
    """Return an aware datetime as integer microseconds since 1970."""
    return (value - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime as integer microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> int | None:
        """Turn a datetime into microseconds."""
        return None if value is None else moment(value)

    def process_result_value(self, value: int | None, _dialect: Any) -> datetime | None:
        """Turn microseconds into a datetime in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Names(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings as JSON, so that equal tuples are equal text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, _dialect: Any) -> str | None:
        """Turn a tuple into JSON."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Any) -> tuple[str, ...] | None:
        """Turn JSON into a tuple."""
        return None if value is None else tuple(json.loads(value))


class Compressed(TypeDecorator[str]):
    """A long text, compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Any) -> bytes | None:
        """Compress a text."""
        return None if value is None else zlib.compress(value.encode())

    def process_result_value(self, value: bytes | None, _dialect: Any) -> str | None:
        """Return the text."""
        return None if value is None else zlib.decompress(value).decode()


def _one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    choices = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({choices})", name=f"{column}_known")


# SQLite counts up by itself only in a column whose type is INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# What belongs to the database as a whole: "secret" (of the links) and "signer" (which signed last), "baseline" (when
# posts were first looked at), "database" (its name) and "runs" (how many delivered).
meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", Text, nullable=False),  # as shown: domain in its own script
    Column("email_key", Text, nullable=False, unique=True),  # casefolded: tells readers apart
    Column("address", Text, nullable=False),  # as sent to: domain in ASCII
    Column("domain", Text, nullable=False),  # of `address`: some relays want them one at a time
    Column("name", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    Column("timezone", Text, nullable=False, default=""),
    Column("status", Text, nullable=False),
    Column("generation", Integer, nullable=False, default=0),  # one more makes the links of older mails void
    Column("created", Moment, nullable=False),
    Column("confirmed", Moment),
    Column("consent", Text, nullable=False, default=""),  # where it came from, in the operator's words
    _one_of("status", SUBSCRIBER_STATES),
)

# As text: SQLite uses a partial index only for a query that says the same, word by word, without parameters.
pending = text("subscriber.status = 'pending'")
_pending = text("status = 'pending'")
Index("ix_subscriber_pending", subscriber.c.created, sqlite_where=_pending, postgresql_where=_pending)
Index("ix_subscriber_timezone", subscriber.c.timezone)

subscription = Table(
    "subscription",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id"), primary_key=True),
    Column("newsletter", Text, primary_key=True),
    Column("categories", Names, nullable=False),  # sorted; none is all
    Column("cadence", Text, nullable=False, default=""),  # "" is the newsletter's
    Column("cursor", BigInteger, nullable=False),  # posts up to this `post.seq` are behind this reader
    Column("status", Text, nullable=False, default="active"),
    Column("since", Moment, nullable=False),
    _one_of("status", SUBSCRIPTION_STATES),
    # Without the cursor: to move a million of them in here as well was a sixth of opening an issue.
    Index("ix_subscription_newsletter", "newsletter", "subscriber_id"),
)

# Who was asked by mail whether they want a newsletter, and has not said yes.
request = Table(
    "request",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id"), primary_key=True),
    Column("newsletter", Text, primary_key=True),
    Column("categories", Names, nullable=False),
    Column("cadence", Text, nullable=False),
    Column("consent", Text, nullable=False),  # who asked for it, and how
    Column(
        "issue_id", ForeignKey("issue.id"), nullable=False
    ),  # of the mail that asks: the last, if there were several
    Column("asked", Moment, nullable=False),
)

# Who signed up on a page and is still to be asked by mail: one row, however often.
signup = Table(
    "signup",
    metadata,
    Column("email_key", Text, primary_key=True),
    Column("newsletter", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# Addresses never to be mailed again. Only a digest of each, so that it can outlive the erasure of its reader.
suppression = Table(
    "suppression",
    metadata,
    Column("email_hash", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("since", Moment, nullable=False),
    Column("expires", Moment),
)

post = Table(
    "post",
    metadata,
    Column("id", Text, primary_key=True),  # Post.id
    Column("seq", BigInteger, nullable=False, unique=True),  # order in which posts became eligible
    Column("path", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", Moment, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("issue_id", ForeignKey("issue.id")),  # the first issue that carried it
    Column("newsletters", Text, nullable=False, server_default=""),  # those that may carry it; "" is any
    _one_of("state", POST_STATES),
)

issue = Table(
    "issue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("newsletter", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("due_key", Text, nullable=False),
    Column("cut", BigInteger, nullable=False),  # the last `post.seq` that it may carry
    Column("state", Text, nullable=False),
    Column("letterhead", Text, nullable=False),  # what all its messages say of their sender; JSON
    Column("frozen", Integer, nullable=False),  # how many deliveries it was opened with; never fewer or more
    Column("opened", Moment, nullable=False),
    Column("approved", Moment),
    Column("closed", Moment),
    UniqueConstraint("newsletter", "number"),
    _one_of("state", ISSUE_STATES),
)

# Due work: at most one issue for an occasion, whoever notices it, however often.
occasion = Table(
    "occasion",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("due_key", Text, primary_key=True),
    Column("bucket", Text, primary_key=True),  # which readers: "" those on the newsletter's own clock
    Column("outcome", Text, nullable=False),
    Column("issue_id", ForeignKey("issue.id")),
    Column("at", Moment, nullable=False),
    _one_of("outcome", OUTCOMES),
    CheckConstraint("(issue_id IS NOT NULL) = (outcome = 'opened')", name="issue_when_opened"),
)

# The content is kept, so that a retry tomorrow sends the same bytes though the post was edited meanwhile.
variant = Table(
    "variant",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue_id", ForeignKey("issue.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("html", Compressed, nullable=False),
    Column("text", Compressed, nullable=False),
    Column("language", Text, nullable=False),
    Column("post_ids", Names, nullable=False),
    UniqueConstraint("issue_id", "key"),
    UniqueConstraint("issue_id", "id"),  # for the foreign key of `delivery`
)

# A process that delivers. `id` only grows, hence it is the fencing token: whoever lost the lease writes nothing more.
worker = Table(
    "worker",
    metadata,
    Column("id", Id, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("lease", Moment, nullable=False),  # until when it surely lives
    sqlite_autoincrement=True,
)

delivery = Table(
    "delivery",
    metadata,
    Column("issue_id", ForeignKey("issue.id"), primary_key=True),
    Column("subscriber_id", ForeignKey("subscriber.id"), primary_key=True),
    Column("variant_id", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cursor", BigInteger, nullable=False),  # the reader's before this issue: cancelling gives the posts back
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),  # when its turn comes
    Column("first_at", Moment),  # when it was first about to leave: retries end some time after it
    Column("worker_id", BigInteger),
    Column("message_id", Text, nullable=False),  # "" until it is first about to leave
    Column("code", Integer, nullable=False),  # of the last reply: 250; 0 when there was none
    Column("enhanced", Text, nullable=False),  # "2.0.0"
    Column("reply", Text, nullable=False),
    Column("meaning", Text, nullable=False),  # what the reply comes to, in a word: "address", "policy"
    Column("sent_at", Moment),
    Column("updated", Moment, nullable=False),
    ForeignKeyConstraint(["issue_id", "variant_id"], ["variant.issue_id", "variant.id"]),
    UniqueConstraint("issue_id", "address"),
    _one_of("state", DELIVERY_STATES),
    CheckConstraint("(worker_id IS NOT NULL) = (state IN ('claimed', 'sending'))", name="held_by_worker"),
    CheckConstraint("message_id <> '' OR state NOT IN ('sending', 'sent', 'uncertain')", name="named_when_sent"),
    CheckConstraint("sent_at IS NOT NULL OR state <> 'sent'", name="dated_when_sent"),
)

# Those that are neither under way nor sent, a few in a hundred: what a person wants to be told the reasons of.
# Not by NOT IN: SQLite would fill a table of its values for each row that changes.
_BULK = ("queued", "claimed", "sending", "sent")
APART = tuple(state for state in DELIVERY_STATES if state not in _BULK)

# As `pending` is.
ready = text("delivery.state IN ('queued', 'deferred')")
apart = text(" AND ".join(f"delivery.state <> '{state}'" for state in _BULK))
_ready = text("state IN ('queued', 'deferred')")
_apart = text(" AND ".join(f"state <> '{state}'" for state in _BULK))
_held = text("worker_id IS NOT NULL")
_turn = (delivery.c.issue_id, delivery.c.next_at, delivery.c.subscriber_id)
Index("ix_delivery_ready", *_turn, sqlite_where=_ready, postgresql_where=_ready)
Index("ix_delivery_held", delivery.c.worker_id, sqlite_where=_held, postgresql_where=_held)
Index("ix_delivery_subscriber_id", delivery.c.subscriber_id)
_why = [delivery.c[name] for name in ("state", "issue_id", "meaning", "code", "enhanced", "next_at")]
Index("ix_delivery_apart", *_why, sqlite_where=_apart, postgresql_where=_apart)

# How many deliveries of an issue are sent (see `feeds.store.tally`). A row for each worker that sent some: with one
# for all they would wait for each other's commits.
tally = Table(
    "tally",
    metadata,
    Column("issue_id", ForeignKey("issue.id"), primary_key=True),
    Column("worker_id", BigInteger, primary_key=True),  # 0: nobody's; what became certain, or came back, later
    Column("sent", Integer, nullable=False),
)

# What happened, in order; only ever added to, and free of addresses.
event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("issue_id", BigInteger),
    Column("subscriber_id", BigInteger),
    Column("detail", Text, nullable=False, default=""),
)

# Buckets that limit the rate, of the relay and of each domain; they outlive the process.
throttle = Table(
    "throttle",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("rate", Float, nullable=False),
    Column("tokens", Float, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("blocked_until", Moment),
)
