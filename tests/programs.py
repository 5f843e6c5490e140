"""Programs that read mail as people's and providers' do."""

import os
import pty
import re
import subprocess
from pathlib import Path

MUTTRC = """
set charset=utf-8 header_cache="" folder={maildir} spoolfile={maildir} sort=mailbox-order mark_old=no quit=yes
set pipe_decode=yes pipe_split=yes pipe_sep="{between}\\n" wait_key=no wrap=900
ignore *
unignore from to subject list-id message-id
alternative_order text/plain
push "<tag-pattern>~A<enter><tag-prefix><pipe-message>cat >> {out}<enter><quit>"
"""
BETWEEN = "=-=-=-="


def neomutt(maildir: Path, folder: Path) -> dict[str, dict[str, str]]:
    """Let neomutt show each message of a Maildir; return by Message-ID its headers, and its text under "text"."""
    out, settings = folder / "shown", folder / "neomuttrc"
    settings.write_text(MUTTRC.format(maildir=maildir, out=out, between=BETWEEN))
    command = ["neomutt", "-n", "-F", str(settings), "-f", str(maildir)]
    environment = {"TERM": "xterm", "HOME": str(folder), "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    ours, its = pty.openpty()
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True):
        os.close(its)
        while _reads(ours):
            pass
    os.close(ours)
    shown = [_shown(each.lstrip("\n")) for each in out.read_text("utf-8").split(f"{BETWEEN}\n")]
    return {each["message-id"]: each for each in shown if "message-id" in each}


def _reads(terminal: int) -> bool:
    try:
        return bool(os.read(terminal, 1 << 16))
    except OSError:  # it has ended
        return False


def _shown(message: str) -> dict[str, str]:
    head, _, text = message.partition("\n\n")
    lines = re.sub(r"\n[ \t]+", " ", head).split("\n")
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)} | {"text": text}


def spam_score(message: Path, home: Path) -> tuple[float, str]:
    """Return what SpamAssassin counts against a message without asking the network, and its report."""
    command = ["spamassassin", "--local", "--test-mode", "--nocreate-prefs"]
    with message.open("rb") as file:
        run = subprocess.run(
            command, stdin=file, capture_output=True, check=True, env={"HOME": str(home), "PATH": os.environ["PATH"]}
        )
    report = run.stdout.decode("utf-8", "replace")
    score = re.search(r"^X-Spam-Status: .*?score=(-?[\d.]+)", report, re.MULTILINE)
    assert score, report
    return float(score[1]), report[report.rfind("Content analysis details") :]


def opendkim(message: Path, folder: Path, name: str, record: str) -> str:
    """Let OpenDKIM verify a message with the public key `record` at `name`; return what it says."""
    (folder / "dns").write_text(f"{name} {record}\n")
    (folder / "opendkim.conf").write_text(f"Mode v\nSyslog no\nTestDNSData file:{folder}/dns\n")
    command = ["/usr/sbin/opendkim", "-x", f"{folder}/opendkim.conf", "-t", str(message), "-v"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
