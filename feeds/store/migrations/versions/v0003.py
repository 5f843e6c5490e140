"""Readers who signed up on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of those who are still to be asked by mail."""
    op.create_table(
        "signup",
        sa.Column("email_key", sa.Text, primary_key=True),
        sa.Column("newsletter", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
