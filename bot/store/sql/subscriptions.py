"""Subscriptions and their runs."""

from collections.abc import Callable, Collection
from datetime import datetime

from msgspec.structs import replace

from bot.chat.event import Place
from bot.errors import AskError
from bot.languages import tr
from bot.store.records import Run, Subscription, SubscriptionStatus
from bot.store.sql.codec import marks, pack, unpack
from bot.store.sql.engine import Database, OnEngine

_THERE = "tenant = :tenant AND channel = :old"
_SET_PLACE = "CAST(json_set({0}, '$.place.channel', :new) AS BLOB)"
_MOVES = (
    f"UPDATE subscriptions SET channel = :new, doc = {_SET_PLACE.format('doc')} WHERE {_THERE}",
    """DELETE FROM shown_papers WHERE tenant = :tenant AND channel = :new AND (paper, key) IN (
         SELECT paper, key FROM shown_papers WHERE tenant = :tenant AND channel = :old)""",
    f"UPDATE shown_papers SET channel = :new WHERE {_THERE}",
    # `next_attempt` is named so that the trigger on it queues the posts in the new channel.
    f"""UPDATE outbox SET channel = :new, next_attempt = next_attempt, post = {_SET_PLACE.format("post")},
        ref_channel = iif(ref_channel = :old, :new, ref_channel),
        ref = iif(ref IS NULL, NULL, {_SET_PLACE.format("ref")}) WHERE {_THERE}""",
    f"DELETE FROM queued_channels WHERE {_THERE}",
    """UPDATE list_papers SET owner = :tenant || '/' || :new || '#' WHERE owner = :tenant || '/' || :old || '#'
         AND (name, paper) NOT IN (SELECT name, paper FROM list_papers WHERE owner = :tenant || '/' || :new || '#')""",
    f"""UPDATE readers SET channel = :new WHERE {_THERE}
         AND person NOT IN (SELECT person FROM readers WHERE tenant = :tenant AND channel = :new)""",
)


# Two index look-ups a subscription, however long its history is.
_PLANNED = "('posted', 'failed')"  # outcomes of a run that chose papers: the next one begins after its lists
_NEWEST = "SELECT doc FROM runs WHERE subscription = id"
_STANDING = f"""
    SELECT doc, ({_NEWEST} ORDER BY slot DESC LIMIT 1),
           ({_NEWEST} AND json_extract(doc, '$.outcome') IN {_PLANNED} ORDER BY slot DESC LIMIT 1)
    FROM subscriptions WHERE paused = '' ORDER BY seq
"""


def move_channel(db: Database, tenant: str, old: str, new: str) -> int:
    """Returns how many schedules moved."""
    names = {"tenant": tenant, "old": old, "new": new}
    schedules, *_ = [db.execute(sql, names).rowcount for sql in _MOVES]
    return schedules


class Subscriptions(OnEngine):
    """Schedules of channels and people."""

    async def add_subscription(self, subscription: Subscription, *, cause: str | None = None) -> None:
        sql = "INSERT INTO subscriptions(id, tenant, channel, paused, doc) VALUES (?, ?, ?, ?, ?)"
        place = subscription.place
        row = (subscription.id, place.tenant, place.channel, subscription.inactive_reason, pack(subscription))
        await self._change(sql, *row, cause=cause)

    async def replace_subscription(self, subscription: Subscription, *, cause: str | None = None) -> None:
        def work(db: Database) -> None:
            if not _put(db, subscription):
                raise AskError(
                    tr("There is no schedule “{id}” here.", id=subscription.id),
                    tr("To list the schedules: /papers schedules"),
                )

        await self._engine.write(work, cause=cause)

    async def remove_subscription(self, id: str, *, cause: str | None = None) -> None:
        await self._change("DELETE FROM subscriptions WHERE id = ?", id, cause=cause)

    async def get_subscription(self, id: str) -> Subscription | None:
        found = await self._where("id = ?", id)
        return found[0] if found else None

    async def in_place(self, place: Place) -> list[Subscription]:
        """The subscriptions of a channel, oldest first."""
        return await self._where("tenant = ? AND channel = ?", place.tenant, place.channel)

    async def made_elsewhere(self, place: Place, person: str) -> list[Subscription]:
        """Those that a person (an id) made in this channel while it belonged to another tenant, as their own."""
        condition = """channel = ?1 AND tenant LIKE ?2 || ':%' AND tenant != ?3
                       AND json_extract(doc, '$.created_by') = tenant || '/' || ?4"""
        return await self._where(condition, place.channel, place.platform, place.tenant, person)

    async def in_tenant(self, tenant: str) -> list[Subscription]:
        return await self._where("tenant = ?", tenant)

    async def digests_of(self, person: str) -> list[Subscription]:
        """The digests of a person (`Person.key`)."""
        return await self._where("json_extract(doc, '$.follows') = ?", person)

    async def running(self) -> list[Subscription]:
        """All that are neither paused nor held, oldest first."""
        return await self._where("paused = ''")

    async def any_shows_figures(self) -> bool:
        """Whether one that is neither paused nor held shows the papers' figures."""
        sql = "SELECT 1 FROM subscriptions WHERE paused = '' AND json_extract(doc, '$.pictures') = 'figures' LIMIT 1"
        return await self._row(sql) is not None

    async def held(self) -> list[Subscription]:
        """Those that are held and not paused as well."""
        return [s for s in await self._where("paused != ''") if s.held and not s.paused]

    async def count_by_status(self) -> dict[str, int]:
        """How many are running, paused and held."""
        sql = """SELECT CASE WHEN paused = '' THEN 'running' WHEN json_extract(doc, '$.paused') != '' THEN 'paused'
                 ELSE 'held' END, count(*) FROM subscriptions GROUP BY 1"""
        return dict(await self._rows(sql))

    async def hold_place(self, place: Place, why: str) -> list[Subscription]:
        """Hold the subscriptions of a channel (`*`: of the tenant), because nothing can be posted there.

        Returns those that ran until now. `why` is for people."""
        return await self._change_all(place, lambda s: s if s.inactive_reason else replace(s, held=why))

    async def release_place(self, place: Place, at: datetime) -> list[Subscription]:
        """Let held subscriptions run again, from `at` on: what was missed in between is not posted. Returns them."""
        return await self._change_all(place, lambda s: replace(s, held="", created=at) if s.held else s)

    async def move_channel(self, old: Place, new: Place) -> int:
        """Move the subscriptions, posts and shown papers of a channel whose id changed. Returns how many
        subscriptions moved."""
        return await self._engine.write(lambda db: move_channel(db, old.tenant, old.channel, new.channel))

    async def running_with_runs(self) -> list[SubscriptionStatus]:
        """All that are neither paused nor held, oldest first, each with its newest runs."""
        return [
            SubscriptionStatus(
                subscription=unpack(doc, Subscription),
                last=unpack(last, Run) if last else None,
                posted=unpack(posted, Run) if posted else None,
            )
            for doc, last, posted in await self._rows(_STANDING)
        ]

    async def last_runs(self, ids: Collection[str]) -> dict[str, Run]:
        """The newest run of each."""
        sql = f"""SELECT subscription, slot, doc FROM runs r WHERE subscription IN ({marks(len(ids))})
                  AND slot = (SELECT max(slot) FROM runs n WHERE n.subscription = r.subscription)"""
        return {id: unpack(doc, Run) for id, _, doc in await self._rows(sql, *ids)}

    async def last_posted_run(self, id: str) -> Run | None:
        """The newest run that posted papers."""
        sql = f"""SELECT doc FROM runs WHERE subscription = ? AND json_extract(doc, '$.outcome') IN {_PLANNED}
                 ORDER BY slot DESC LIMIT 1"""
        row = await self._row(sql, id)
        return unpack(row[0], Run) if row else None

    async def _change_all(self, place: Place, to: Callable[[Subscription], Subscription]) -> list[Subscription]:
        """Change the subscriptions of a channel, or of a tenant (`*`); returns those that did change."""

        def work(db: Database) -> list[Subscription]:
            sql = "SELECT doc FROM subscriptions WHERE tenant = ? AND ? IN ('*', channel)"
            rows = db.execute(sql, (place.tenant, place.channel)).fetchall()
            found = [unpack(doc, Subscription) for (doc,) in rows]
            changed = [new for old in found if (new := to(old)) is not old]
            for subscription in changed:
                _put(db, subscription)
            return changed

        return await self._engine.write(work)

    async def _where(self, condition: str, *bound: str) -> list[Subscription]:
        sql = f"SELECT doc FROM subscriptions WHERE {condition} ORDER BY seq"
        return [unpack(doc, Subscription) for (doc,) in await self._rows(sql, *bound)]


def _put(db: Database, subscription: Subscription) -> int:
    sql = "UPDATE subscriptions SET tenant = ?, channel = ?, paused = ?, doc = ? WHERE id = ?"
    place = subscription.place
    row = (place.tenant, place.channel, subscription.inactive_reason, pack(subscription), subscription.id)
    return db.execute(sql, row).rowcount
