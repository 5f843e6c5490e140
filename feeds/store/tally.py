"""How many deliveries of an issue are in each state, without looking at them all.

Most are queued or sent. Those sent are counted by the database itself as they become so: whoever writes, an older
version of this program too, cannot forget it. What is in the hands of workers, or apart (failed, say), has an index
that holds nothing else. All others of those that the issue was opened with are queued.
"""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection, func, literal, select, union_all

from feeds.store.tables import APART, apart, delivery, tally

_CHANGES = "(NEW.state = 'sent') <> (OLD.state = 'sent')"
_COUNT = """
    INSERT INTO tally (issue_id, worker_id, sent)
    VALUES (NEW.issue_id, coalesce(OLD.worker_id, 0), CASE NEW.state WHEN 'sent' THEN 1 ELSE -1 END)
    ON CONFLICT (issue_id, worker_id) DO UPDATE SET sent = tally.sent + excluded.sent;"""
_FUNCTION = f"CREATE OR REPLACE FUNCTION tally_sent() RETURNS trigger AS $$ BEGIN{_COUNT}\n    RETURN NULL; END $$"
_AFTER = "CREATE TRIGGER tally_sent AFTER UPDATE OF state ON delivery FOR EACH ROW WHEN"
TRIGGERS = {
    "sqlite": (f"{_AFTER} {_CHANGES} BEGIN{_COUNT} END",),
    "postgresql": (f"{_FUNCTION} LANGUAGE plpgsql", f"{_AFTER} ({_CHANGES}) EXECUTE FUNCTION tally_sent()"),
}


def begin(connection: Connection) -> None:
    """Let a database that is being made count from now on."""
    for statement in TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def counts(connection: Connection, frozen: Mapping[int, int]) -> Mapping[int, Mapping[str, int]]:
    """Return state -> deliveries for some issues, given as id -> how many deliveries each was opened with.

    It is asked in one statement, so that it was so at one moment.
    """
    found = {issue_id: Counter[str]() for issue_id in frozen}
    its, state = delivery.c.issue_id, delivery.c.state
    counted = union_all(
        select(its, state, func.count()).where(apart, state.in_(APART), its.in_(frozen)).group_by(its, state),
        select(its, state, literal(1)).where(delivery.c.worker_id > 0),
        select(tally.c.issue_id, literal("sent"), tally.c.sent).where(tally.c.issue_id.in_(frozen)),
    )
    for issue_id, name, count in connection.execute(counted) if frozen else ():
        if issue_id in found:
            found[issue_id][name] += count
    for issue_id, known in found.items():
        known["queued"] = frozen[issue_id] - known.total()
    return {issue_id: dict(+known) for issue_id, known in found.items()}
