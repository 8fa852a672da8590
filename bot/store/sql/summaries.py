"""One-line summaries, and which of them are being requested from a model."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec.structs import replace

from bot.papers.model import PaperId
from bot.store.records import Claim, Reservation, Spending, SpendingLimits, Summary, SummaryBatch, SummaryRequest
from bot.store.sql import costs
from bot.store.sql.codec import marks, pack, stamp, unpack
from bot.store.sql.engine import Database, OnEngine

_KEY = "paper = ? AND version = ? AND language = ? AND model = ? AND prompt = ?"
_CLAIM = """
INSERT INTO summary_requests SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (
  SELECT 1 FROM summaries WHERE paper = ?1 AND version = ?2 AND language = ?3 AND model = ?4 AND prompt = ?5
)
ON CONFLICT (paper, version, language, model, prompt) DO UPDATE SET until = excluded.until
WHERE summary_requests.until <= ?7
"""


class Summaries(OnEngine):
    """One-line summaries."""

    async def store_summaries(self, lines: Sequence[Summary]) -> None:
        if lines:
            await self._engine.write(lambda db: _keep(db, lines))

    async def for_papers(self, ids: Collection[PaperId], language: str = "en") -> dict[PaperId, list[Summary]]:
        """Every stored summary of these papers, newest first."""
        found: dict[PaperId, list[Summary]] = {}
        sql = f"""SELECT paper, doc FROM summaries WHERE paper IN ({marks(len(ids))}) AND language = ?
                  ORDER BY made DESC"""
        for paper, doc in await self._rows(sql, *ids, language):
            found.setdefault(paper, []).append(unpack(doc, Summary))
        return found

    async def claim_request(
        self,
        request: SummaryRequest,
        reservation: Reservation,
        limits: SpendingLimits,
        *,
        now: datetime,
        until: datetime,
    ) -> Claim:
        """Claim a request until then and set its money aside."""

        def work(db: Database) -> Claim:
            if costs.room(db, limits, now) < reservation.cost:
                return Claim.UNAFFORDABLE
            if not _claim(db, request, now, until):
                return Claim.TAKEN
            costs.reserve(db, reservation, limits, now)
            return Claim.OURS

        return await self._engine.write(work)

    async def claim_batch(
        self,
        priced: Sequence[tuple[SummaryRequest, float]],
        batch: SummaryBatch,
        limits: SpendingLimits,
        *,
        model: str,
        until: datetime,
        collect_from: datetime,
    ) -> SummaryBatch | None:
        """Record a batch of those requests that are free and that the limits cover, and set their money aside.

        `priced`: requests with the most that each may cost. They stay claimed until then.
        """

        def work(db: Database) -> SummaryBatch | None:
            room, claimed, cost = costs.room(db, limits, batch.sent), list[SummaryRequest](), 0.0
            for request, most in priced:
                if cost + most <= room and _claim(db, request, batch.sent, until):
                    claimed.append(request)
                    cost += most
            if not claimed:
                return None
            made = replace(batch, requests=tuple(claimed), estimated_cost=cost)
            costs.reserve(db, Reservation(id=batch.id, model=model, cost=cost, until=None), limits, batch.sent)
            db.execute("INSERT INTO summary_batches VALUES (?, ?, ?)", (made.id, stamp(collect_from), pack(made)))
            return made

        return await self._engine.write(work)

    async def release_request(self, request: SummaryRequest, *, at: datetime) -> None:
        """Let it be requested again from that moment on."""
        await self._engine.write(lambda db: _hold(db, [request], at))

    async def confirm_batch(self, batch: SummaryBatch) -> None:
        """Store the provider's id of a batch; any process may then collect it."""
        sql = "UPDATE summary_batches SET doc = ?, until = ? WHERE id = ?"
        await self._change(sql, pack(batch), stamp(batch.sent), batch.id)

    async def claim_batches(self, *, now: datetime, until: datetime) -> list[SummaryBatch]:
        """Sent batches that no process is collecting; ours to collect until then."""
        sql = "UPDATE summary_batches SET until = ? WHERE until <= ? RETURNING doc"
        if not await self._row("SELECT 1 FROM summary_batches"):
            return []
        rows = await self._engine.write(lambda db: db.execute(sql, (stamp(until), stamp(now))).fetchall())
        return sorted((unpack(doc, SummaryBatch) for (doc,) in rows), key=lambda batch: batch.sent)

    async def settle_batch(
        self,
        batch: SummaryBatch,
        lines: Sequence[Summary],
        spent: Spending | None,
        *,
        held: Sequence[SummaryRequest] = (),
        until: datetime | None = None,
    ) -> bool:
        """Store the results and the cost of a batch and release the rest, the held ones at that moment.

        False if that was done before.
        """

        def work(db: Database) -> bool:
            if not db.execute("DELETE FROM summary_batches WHERE id = ?", (batch.id,)).rowcount:
                return False
            _keep(db, lines)
            _release(db, batch.requests)
            if until:
                _hold(db, held, until)
            costs.settle(db, batch.id, spent)
            return True

        return await self._engine.write(work)


def _claim(db: Database, request: SummaryRequest, now: datetime, until: datetime) -> bool:
    return bool(db.execute(_CLAIM, (*_key(request), stamp(until), stamp(now))).rowcount)


def _hold(db: Database, requests: Sequence[SummaryRequest], until: datetime) -> None:
    sql = "INSERT OR REPLACE INTO summary_requests VALUES (?, ?, ?, ?, ?, ?)"
    db.executemany(sql, [(*_key(request), stamp(until)) for request in requests])


def _key(x: SummaryRequest | Summary) -> tuple[str, int, str, str, str]:
    return x.paper, x.version, x.language, x.model, x.prompt


def _keep(db: Database, lines: Sequence[Summary]) -> None:
    """Store summaries; their requests are then done."""
    sql = "INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    db.executemany(
        sql, [(x.paper, x.version, x.language, x.provenance, x.model, x.prompt, stamp(x.made), pack(x)) for x in lines]
    )
    _release(db, [line for line in lines if line.model])


def _release(db: Database, asked: Sequence[SummaryRequest | Summary]) -> None:
    db.executemany(f"DELETE FROM summary_requests WHERE {_KEY}", [_key(one) for one in asked])
