"""What comes back, and what it means: the relay's replies while we send, and the mail that returns later.

`verdict` decides on a reply and on when to try again; `returned` reads a bounce, a complaint or a command out of a
message; `written` tells whether a person wrote it. All turn values into values: whoever acts on them first checks that
the mail in question was ours.
"""

from feeds.replies.returned import Bounce, Command, Complaint, Ignored, Returned, understand
from feeds.replies.verdict import VERDICTS, Phase, Verdict, classify, enhanced_code, retry_at
from feeds.replies.written import Written, written

__all__ = [
    "VERDICTS",
    "Bounce",
    "Command",
    "Complaint",
    "Ignored",
    "Phase",
    "Returned",
    "Verdict",
    "Written",
    "classify",
    "enhanced_code",
    "retry_at",
    "understand",
    "written",
]
