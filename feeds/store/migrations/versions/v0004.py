"""Counts that need no counting, and what opening an issue for very many readers is spared."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Count what is sent so far; index what is neither sent nor under way."""
    op.create_table(
        "tally",
        sa.Column("issue_id", ID, sa.ForeignKey("issue.id"), primary_key=True),
        sa.Column("worker_id", sa.BigInteger, primary_key=True),
        sa.Column("sent", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO tally SELECT issue_id, 0, count(*) FROM delivery WHERE state = 'sent' GROUP BY issue_id")
    some = sa.text("state <> 'queued' AND state <> 'claimed' AND state <> 'sending' AND state <> 'sent'")
    why = ["state", "issue_id", "meaning", "code", "enhanced", "next_at"]
    op.create_index("ix_delivery_apart", "delivery", why, sqlite_where=some, postgresql_where=some)
    op.drop_index("ix_subscription_groups", "subscription")
    op.create_index("ix_subscription_newsletter", "subscription", ["newsletter", "subscriber_id"])
    op.create_index("ix_subscriber_timezone", "subscriber", ["timezone"])
