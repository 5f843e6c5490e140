"""A real Postfix: its log decides what kill -9 left in doubt, and what it bounces comes home to the right reader."""

import random
import re
import subprocess
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds import subscriptions
from feeds.newsletter import reconciling
from tests.faults.ground import LONG, Ground, ended
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


BOUNCING = (
    "recipient_delimiter = +",
    "virtual_mailbox_domains = bounce.example.org",
    "virtual_mailbox_maps = inline:{bounces@bounce.example.org=mailbox/}",
    "smtpd_reject_unlisted_recipient = no",  # it takes what the next server will refuse
    "transport_maps = inline:{{gone@example.org=error:5.1.1 there is no such reader}}",
)
FROM_A_PERSON = (
    "To: bounces@bounce.example.org\nFrom: reader1@example.org\nSubject: A question\n\nWhen is the next one?\n"
)


def test_what_it_bounces_comes_home(tmp_path: Path) -> None:
    """To bounces+token, which Postfix puts into a Maildir: `feeds bounces` knows whose it is, and leaves other mail."""
    with postfix(*BOUNCING) as relay:
        home = f'[mail.bounces]\naddress = "bounces@bounce.example.org"\nurl = "{relay.maildir}"'
        ground = Ground(tmp_path, ["reader1", "gone", "reader2"], port=relay.port, more=home)
        delivered = ground.delivered()[0], ground.counts()
        command = ["/usr/sbin/sendmail", "-C", str(relay.root / "etc"), "-i", "-t"]
        subprocess.run(command, input=FROM_A_PERSON, text=True, check=True)
        relay.until_idle()
        came = len(relay.kept())
        read, again = (ended(ground.deliver("bounces")) for _ in range(2))
        unread = relay.kept()
    with ground.store() as store:
        statuses = {each.email: each.status for each in subscriptions.listed(store)}

    assert delivered == (0, {"sent": 3})
    assert came == 2
    assert (read[0], again[0]) == (0, 0)
    assert ground.states() == {
        "reader1@example.org": "sent",
        "gone@example.org": "bounced",
        "reader2@example.org": "sent",
    }
    assert statuses == {
        "reader1@example.org": "active",
        "gone@example.org": "bounced",
        "reader2@example.org": "active",
    }
    assert [b"A question" in each for each in unread] == [True]
