"""How many deliveries of an issue are in each state, without looking at them all.

Most are queued or sent. Those sent are counted as they become so. What is in the hands of workers, or apart (failed,
say), has an index that holds nothing else. All others of those that the issue was opened with are queued.
"""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import BigInteger, Connection, bindparam, func, literal, select, union_all, update

from feeds.store.bulk import update_each
from feeds.store.engine import insert_new
from feeds.store.tables import APART, apart, delivery, tally

_MINE = (tally.c.issue_id == bindparam("issue")) & (tally.c.worker_id == bindparam("worker"))
_ADD = update(tally).where(_MINE).values(sent=tally.c.sent + bindparam("more", type_=BigInteger()))


def add(connection: Connection, issue_id: int, worker_id: int, sent: int) -> None:
    """Count deliveries that a worker has just sent; 0 is nobody's, and less than none are sent no more."""
    row = {"issue": issue_id, "worker": worker_id, "more": sent}
    if sent and not update_each(connection, _ADD, [row]):
        connection.execute(insert_new(connection, tally).values(issue_id=issue_id, worker_id=worker_id, sent=0))
        update_each(connection, _ADD, [row])


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
