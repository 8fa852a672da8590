"""What models did, in tokens, and what it cost."""

from datetime import date, datetime

from msgspec.structs import astuple

from bot.store.records import ModelFailure, Reservation, Spending, SpendingLimits
from bot.store.sql.codec import pack, record, stamp, unpack
from bot.store.sql.engine import Database, OnEngine

_ADD = """
INSERT INTO model_costs AS c VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (day, model, batch) DO UPDATE SET
  requests = c.requests + excluded.requests, input = c.input + excluded.input, output = c.output + excluded.output,
  cache_read = c.cache_read + excluded.cache_read, cache_write = c.cache_write + excluded.cache_write,
  cost = c.cost + excluded.cost
"""


class Costs(OnEngine):
    """What models did and cost."""

    async def spending_since(self, first: date) -> list[Spending]:
        """By day, model and kind; oldest first."""
        sql = "SELECT * FROM model_costs WHERE day >= ? ORDER BY day, model, batch"
        return [record(row, Spending) for row in await self._rows(sql, first.isoformat())]

    async def reserve(self, reservation: Reservation, limits: SpendingLimits, *, now: datetime) -> bool:
        """Set money aside for a call; False if the limits don't cover it."""
        return await self._engine.write(lambda db: reserve(db, reservation, limits, now))

    async def settle(self, reservation: Reservation, spent: Spending | None) -> None:
        """Replace a reservation by what was spent; nothing is added if it lapsed and was booked before."""
        await self._engine.write(lambda db: settle(db, reservation.id, spent))

    async def reserved_cost(self) -> float:
        """The most that the calls and batches under way may cost."""
        return await self._engine.read(_reserved)

    async def store_failure(self, failure: ModelFailure) -> None:
        """Remember the latest failure of a model, for the terminal."""
        await self._change("INSERT OR REPLACE INTO key_values VALUES ('model', 'failure', ?)", pack(failure))

    async def last_failure(self) -> ModelFailure | None:
        row = await self._row("SELECT value FROM key_values WHERE owner = 'model' AND key = 'failure'")
        return unpack(row[0], ModelFailure) if row else None

    async def mark_notified(self, what: str, at: datetime) -> bool:
        """True the first time; the caller then tells the admin."""
        return await self._change("INSERT OR IGNORE INTO notices VALUES (?, ?)", what, stamp(at))


def add(db: Database, spent: Spending) -> None:
    """Add to the sums of a day. Within the caller's transaction."""
    day, *rest = astuple(spent)
    db.execute(_ADD, (day.isoformat(), *rest))


def room(db: Database, limits: SpendingLimits, now: datetime) -> float:
    """How much may still be spent; books what has lapsed. Within the caller's transaction, as all below."""
    today = now.date()
    lapsed = db.execute(
        "DELETE FROM model_reservations WHERE until <= ? RETURNING model, cost", (stamp(now),)
    ).fetchall()
    for model, cost in lapsed:
        add(db, Spending(day=today, model=model, requests=1, cost=cost))
    sql = "SELECT coalesce(sum(cost) FILTER (WHERE day = ?), 0), coalesce(sum(cost), 0) FROM model_costs WHERE day >= ?"
    day, month = db.execute(sql, (today.isoformat(), today.replace(day=1).isoformat())).fetchone()
    return float(min(limits.day - day, limits.month - month)) - _reserved(db)


def reserve(db: Database, reservation: Reservation, limits: SpendingLimits, now: datetime) -> bool:
    """Set money aside, if the limits cover it."""
    if room(db, limits, now) < reservation.cost:
        return False
    until = stamp(reservation.until) if reservation.until else None
    row = (reservation.id, reservation.model, until, reservation.cost)
    db.execute("INSERT INTO model_reservations VALUES (?, ?, ?, ?)", row)
    return True


def settle(db: Database, id: str, spent: Spending | None) -> None:
    """Replace a reservation by what was spent."""
    if db.execute("DELETE FROM model_reservations WHERE id = ?", (id,)).rowcount and spent:
        add(db, spent)


def _reserved(db: Database) -> float:
    return float(db.execute("SELECT coalesce(sum(cost), 0) FROM model_reservations").fetchone()[0])
