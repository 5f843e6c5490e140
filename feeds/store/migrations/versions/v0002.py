"""Readers who are asked to confirm."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table of requests that wait for an answer, and an index of who has not given one."""
    op.create_table(
        "request",
        sa.Column("subscriber_id", ID, sa.ForeignKey("subscriber.id"), primary_key=True),
        sa.Column("newsletter", sa.Text, primary_key=True),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("cadence", sa.Text, nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("issue_id", ID, sa.ForeignKey("issue.id"), nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
    )
    some = sa.text("status = 'pending'")
    op.create_index("ix_subscriber_pending", "subscriber", ["created"], sqlite_where=some, postgresql_where=some)
