"""kill -9 while a real Postfix takes the messages; its log decides what is in doubt: nothing lost, nothing twice."""

import random
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.newsletter import reconciling
from tests.faults.ground import LONG, Ground
from tests.servers import KEPT, Postfix, postfix

pytestmark = pytest.mark.needs("postfix")
KILLS = 20 if LONG else 3
EACH = 100  # readers for each kill


def taken(relay: Postfix) -> int:
    return relay.log.read_text("utf-8").count("(queue active)")


def readers(relay: Postfix) -> Counter[str]:
    """Return how many messages the mailbox holds for each reader."""
    return Counter(re.findall(r"^X-Original-To: (\S+)", "".join(map(bytes.decode, relay.kept())), re.MULTILINE))


def test_the_log_decides_what_is_in_doubt(tmp_path: Path) -> None:
    """Each reader has exactly one message in the end, whatever was in the air when the process was killed."""
    chance, doubt = random.Random(KILLS), set[str]()
    with postfix(KEPT) as relay:
        ground = Ground(tmp_path, EACH * KILLS, port=relay.port)
        for _ in range(KILLS):
            goal = taken(relay) + chance.randint(1, EACH)
            with ground.deliver() as process:
                while taken(relay) < goal and process.poll() is None:
                    pass
                process.kill()
            doubt |= ground.in_doubt()
        relay.until_idle()
        later = datetime.now().astimezone() + timedelta(minutes=11)
        with ground.store() as store:
            became = reconciling.reconcile(store, relay.log.read_text("utf-8").splitlines(), later)
        code, _ = ground.delivered()
        relay.until_idle()
        found = readers(relay)

    assert (became.sent + became.queued, became.unknown) == (len(doubt), 0)
    assert 0 < len(doubt) <= KILLS * ground.connections
    assert code == 0
    assert ground.states() == dict.fromkeys(ground.readers, "sent")
    assert found == Counter(ground.readers)
    print(
        f"{KILLS} kills, {len(doubt)} in doubt: {became.sent} were taken, {became.queued} sent again; 0 lost, 0 twice"
    )
