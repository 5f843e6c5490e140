"""No index of Message-IDs: each says by itself which delivery it is of."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Drop the index: its pages, scattered as its keys are, were four in ten of those that delivering wrote."""
    op.drop_index("ix_delivery_message_id", "delivery")
