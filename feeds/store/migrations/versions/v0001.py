"""The first tables.

Written out once more, since a migration tells what the tables were at its time, whatever `feeds.store.tables` becomes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make them."""
    _readers()
    _issues()
    _deliveries()
    _records()
    _indexes()


def _column(name: str, kind: Any, *rest: Any, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *rest, nullable=nullable, **options)


def _null(name: str, kind: Any, *rest: Any) -> sa.Column[Any]:
    return _column(name, kind, *rest, nullable=True)


def _readers() -> None:
    op.create_table(
        "meta",
        _column("name", sa.Text, primary_key=True),
        _column("value", sa.Text),
    )
    op.create_table(
        "subscriber",
        _column("id", ID, primary_key=True),
        _column("email", sa.Text),
        _column("email_key", sa.Text),
        _column("address", sa.Text),
        _column("domain", sa.Text),
        _column("name", sa.Text),
        _column("language", sa.Text),
        _column("timezone", sa.Text),
        _column("status", sa.Text),
        _column("generation", sa.Integer),
        _column("created", sa.BigInteger),
        _null("confirmed", sa.BigInteger),
        _column("consent", sa.Text),
        sa.UniqueConstraint("email_key"),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'unsubscribed', 'bounced', 'complained', 'erased')",
            name="status_known",
        ),
    )
    op.create_table(
        "subscription",
        _column("subscriber_id", ID, sa.ForeignKey("subscriber.id"), primary_key=True),
        _column("newsletter", sa.Text, primary_key=True),
        _column("categories", sa.Text),
        _column("cadence", sa.Text),
        _column("cursor", sa.BigInteger),
        _column("status", sa.Text),
        _column("since", sa.BigInteger),
        sa.CheckConstraint("status IN ('active', 'paused', 'unsubscribed')", name="status_known"),
    )


def _issues() -> None:
    op.create_table(
        "issue",
        _column("id", ID, primary_key=True),
        _column("newsletter", sa.Text),
        _column("number", sa.Integer),
        _column("due_key", sa.Text),
        _column("cut", sa.BigInteger),
        _column("state", sa.Text),
        _column("letterhead", sa.Text),
        _column("frozen", sa.Integer),
        _column("opened", sa.BigInteger),
        _null("approved", sa.BigInteger),
        _null("closed", sa.BigInteger),
        sa.CheckConstraint("state IN ('waiting', 'open', 'paused', 'done', 'cancelled')", name="state_known"),
        sa.UniqueConstraint("newsletter", "number"),
    )
    op.create_table(
        "occasion",
        _column("newsletter", sa.Text, primary_key=True),
        _column("due_key", sa.Text, primary_key=True),
        _column("bucket", sa.Text, primary_key=True),
        _column("outcome", sa.Text),
        _null("issue_id", ID, sa.ForeignKey("issue.id")),
        _column("at", sa.BigInteger),
        sa.CheckConstraint("outcome IN ('opened', 'empty')", name="outcome_known"),
        sa.CheckConstraint("(issue_id IS NOT NULL) = (outcome = 'opened')", name="issue_when_opened"),
    )
    op.create_table(
        "variant",
        _column("id", ID, primary_key=True),
        _column("issue_id", ID, sa.ForeignKey("issue.id")),
        _column("key", sa.Text),
        _column("subject", sa.Text),
        _column("html", sa.LargeBinary),
        _column("text", sa.LargeBinary),
        _column("language", sa.Text),
        _column("post_ids", sa.Text),
        sa.UniqueConstraint("issue_id", "key"),
        sa.UniqueConstraint("issue_id", "id"),
    )


def _deliveries() -> None:
    op.create_table(
        "worker",
        _column("id", ID, primary_key=True),
        _column("host", sa.Text),
        _column("pid", sa.Integer),
        _column("lease", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "delivery",
        _column("issue_id", ID, sa.ForeignKey("issue.id"), primary_key=True),
        _column("subscriber_id", ID, sa.ForeignKey("subscriber.id"), primary_key=True),
        _column("variant_id", sa.BigInteger),
        _column("address", sa.Text),
        _column("domain", sa.Text),
        _column("state", sa.Text),
        _column("cursor", sa.BigInteger),
        _column("attempts", sa.Integer),
        _column("next_at", sa.BigInteger),
        _null("first_at", sa.BigInteger),
        _null("worker_id", sa.BigInteger),
        _column("message_id", sa.Text),
        _column("code", sa.Integer),
        _column("enhanced", sa.Text),
        _column("reply", sa.Text),
        _column("meaning", sa.Text),
        _null("sent_at", sa.BigInteger),
        _column("updated", sa.BigInteger),
        sa.CheckConstraint(
            "state IN ('queued', 'deferred', 'claimed', 'sending', 'sent', 'failed', "
            "'uncertain', 'skipped', 'cancelled', 'expired', 'bounced', 'complained')",
            name="state_known",
        ),
        sa.CheckConstraint("(worker_id IS NOT NULL) = (state IN ('claimed', 'sending'))", name="held_by_worker"),
        sa.ForeignKeyConstraint(["issue_id", "variant_id"], ["variant.issue_id", "variant.id"]),
        sa.UniqueConstraint("issue_id", "address"),
        sa.CheckConstraint("message_id <> '' OR state NOT IN ('sending', 'sent', 'uncertain')", name="named_when_sent"),
        sa.CheckConstraint("sent_at IS NOT NULL OR state <> 'sent'", name="dated_when_sent"),
    )


def _records() -> None:
    op.create_table(
        "post",
        _column("id", sa.Text, primary_key=True),
        _column("seq", sa.BigInteger),
        _column("path", sa.Text),
        _column("title", sa.Text),
        _column("published", sa.BigInteger),
        _column("first_seen", sa.BigInteger),
        _column("state", sa.Text),
        _null("issue_id", ID, sa.ForeignKey("issue.id")),
        sa.CheckConstraint("state IN ('baseline', 'eligible', 'withdrawn')", name="state_known"),
        sa.UniqueConstraint("seq"),
    )
    op.create_table(
        "suppression",
        _column("email_hash", sa.Text, primary_key=True),
        _column("reason", sa.Text),
        _column("detail", sa.Text),
        _column("since", sa.BigInteger),
        _null("expires", sa.BigInteger),
    )
    op.create_table(
        "event",
        _column("id", ID, primary_key=True),
        _column("at", sa.BigInteger),
        _column("kind", sa.Text),
        _null("issue_id", sa.BigInteger),
        _null("subscriber_id", sa.BigInteger),
        _column("detail", sa.Text),
    )
    op.create_table(
        "throttle",
        _column("scope", sa.Text, primary_key=True),
        _column("rate", sa.Float),
        _column("tokens", sa.Float),
        _column("updated", sa.BigInteger),
        _null("blocked_until", sa.BigInteger),
    )


def _indexes() -> None:
    op.create_index("ix_subscription_groups", "subscription", ["newsletter", "cursor"])
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"])
    for name, columns, rows in (
        ("ready", ["issue_id", "next_at", "subscriber_id"], "state IN ('queued', 'deferred')"),
        ("held", ["worker_id"], "worker_id IS NOT NULL"),
        ("message_id", ["message_id"], "message_id <> ''"),
    ):
        some = sa.text(rows)
        op.create_index(f"ix_delivery_{name}", "delivery", columns, sqlite_where=some, postgresql_where=some)
