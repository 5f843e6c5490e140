"""Counts that need no counting, and what opening an issue for very many readers is spared."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

CHANGES = "(NEW.state = 'sent') <> (OLD.state = 'sent')"
COUNT = """
    INSERT INTO tally (issue_id, worker_id, sent)
    VALUES (NEW.issue_id, coalesce(OLD.worker_id, 0), CASE NEW.state WHEN 'sent' THEN 1 ELSE -1 END)
    ON CONFLICT (issue_id, worker_id) DO UPDATE SET sent = tally.sent + excluded.sent;"""
FUNCTION = f"CREATE OR REPLACE FUNCTION tally_sent() RETURNS trigger AS $$ BEGIN{COUNT}\n    RETURN NULL; END $$"
AFTER = "CREATE TRIGGER tally_sent AFTER UPDATE OF state ON delivery FOR EACH ROW WHEN"
TRIGGERS = {
    "sqlite": (f"{AFTER} {CHANGES} BEGIN{COUNT} END",),
    "postgresql": (f"{FUNCTION} LANGUAGE plpgsql", f"{AFTER} ({CHANGES}) EXECUTE FUNCTION tally_sent()"),
}


def upgrade() -> None:
    """Count what is sent, from now on and so far; index what is neither sent nor under way."""
    op.create_table(
        "tally",
        sa.Column("issue_id", ID, sa.ForeignKey("issue.id"), primary_key=True),
        sa.Column("worker_id", sa.BigInteger, primary_key=True),
        sa.Column("sent", sa.Integer, nullable=False),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
    op.execute("INSERT INTO tally SELECT issue_id, 0, count(*) FROM delivery WHERE state = 'sent' GROUP BY issue_id")
    some = sa.text("state <> 'queued' AND state <> 'claimed' AND state <> 'sending' AND state <> 'sent'")
    why = ["state", "issue_id", "meaning", "code", "enhanced", "next_at"]
    op.create_index("ix_delivery_apart", "delivery", why, sqlite_where=some, postgresql_where=some)
    op.drop_index("ix_subscription_groups", "subscription")
    op.create_index("ix_subscription_newsletter", "subscription", ["newsletter", "subscriber_id"])
    op.create_index("ix_subscriber_timezone", "subscriber", ["timezone"])
