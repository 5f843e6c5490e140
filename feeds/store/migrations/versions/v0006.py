"""Old posts that some newsletters send and the others do not."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Let a post be for some newsletters."""
    op.add_column("post", sa.Column("newsletters", sa.Text, nullable=False, server_default=""))
