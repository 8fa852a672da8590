"""Posts from plan to platform."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.papers.model import PaperId
from bot.store.records import Delivery, DeliveryKey, DeliveryState, LateSchedule, Post, Run
from bot.store.sql import outbox_queue as queue
from bot.store.sql import outbox_rows
from bot.store.sql.codec import marks, moment, pack, record, stamp, unpack
from bot.store.sql.engine import Database, OnEngine

# What one person alone receives: a digest, or a mail, whose reader made the schedule in a place of their own.
_OF_ONE = """(json_extract(b.doc, '$.follows') != ''
              OR json_extract(b.doc, '$.created_by') = b.tenant || '/' || b.channel)"""
_REST = f"""UPDATE outbox SET next_attempt = max(next_attempt, ?) WHERE seq = (
              SELECT min(seq) FROM outbox WHERE tenant = ? AND channel = ? AND state IN {queue.OPEN})"""


class Outbox(OnEngine):
    """Posts from plan to platform; see `State`."""

    async def plan_run(self, run: Run, posts: Sequence[Post]) -> bool:
        """Record a run and its posts, all or nothing; False when that run was recorded before."""

        def work(db: Database) -> bool:
            row = (run.subscription, stamp(run.slot), run.edition, pack(run))
            if not db.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?)", row).rowcount:
                return False
            outbox_rows.add_posts(db, posts)
            return True

        return await self._engine.write(work, own_locks=True)

    async def add_posts(self, posts: Sequence[Post]) -> int:
        """Plan further posts of an edition (late papers); returns how many were new."""
        return await self._engine.write(lambda db: outbox_rows.add_posts(db, posts), own_locks=True)

    async def papers_shown_since(self, place: Place, since: datetime) -> set[PaperId]:
        """Papers planned for or posted to a channel since then."""
        sql = "SELECT DISTINCT paper FROM shown_papers WHERE tenant = ? AND channel = ? AND at >= ?"
        return {paper for (paper,) in await self._rows(sql, place.tenant, place.channel, stamp(since))}

    async def claim_posts(
        self,
        now: datetime,
        *,
        token: str,
        lease: timedelta,
        limit: int,
        platforms: Collection[str],
        per_tenant: int = 32,
    ) -> list[Delivery]:
        """Take due posts for sending: parents first, at most one of a channel and `per_tenant` of a tenant at a
        time, over all processes, so that neither holds up another. Posts whose lease ended are doubtful."""

        def work(db: Database) -> list[Delivery]:
            queue.release(db, stamp(now))
            taken = list[int]()
            for held in range(per_tenant):
                for tenant in queue.turns(db, platforms, held, stamp(now), limit - len(taken)):
                    if not db.execute("SELECT try_lock_tenant(?)", (tenant,)).fetchone()[0]:
                        continue  # another process hands out its posts
                    taken += outbox_rows.take_next(db, tenant, now, token, lease)
            return [d for seq in taken for d in outbox_rows.deliveries(db, "o.seq = ?", seq)]

        return await self._engine.write(work, own_locks=True)

    async def next_due(self, platforms: Collection[str]) -> datetime | None:
        """When the next post may be claimed; None when there is none."""
        due = await self._engine.read(lambda db: queue.next_due(db, platforms))
        return moment(due) if due else None

    async def late_schedules(self, now: datetime, *, limit: int = 50) -> list[LateSchedule]:
        """Schedules with a post that is due and not sent, longest first."""
        sql = f"""SELECT tenant || '/' || channel, subscription, min(json_extract(post, '$.due')) AS due
                  FROM outbox INDEXED BY outbox_open WHERE state IN {queue.OPEN} AND json_extract(post, '$.due') <= ?
                  GROUP BY tenant, channel, subscription ORDER BY due LIMIT ?"""
        return [record(row, LateSchedule) for row in await self._rows(sql, stamp(now), limit)]

    async def note_attempt(self, key: DeliveryKey, *, token: str, at: datetime) -> bool:
        """A doubtful post wasn't found and is sent again now; False when the lease isn't ours any more."""
        sql = "UPDATE outbox SET tried = ? WHERE key = ? AND token = ? AND state = 'claimed'"
        return await self._change(sql, stamp(at), key, token)

    async def settle_sent(
        self, key: DeliveryKey, *, token: str, ref: Ref, at: datetime, rest: timedelta = timedelta(0)
    ) -> bool:
        """The platform accepted it; the channel's next post waits for `rest`.

        False, and nothing changes, when the lease isn't ours any more."""

        def pause(db: Database) -> None:
            place = ref.place
            db.execute(_REST, (stamp(at + rest), place.tenant, place.channel))

        sql = "state = 'sent', ref = ?, ref_channel = ?, ref_id = ?, sent = ?, reason = ''"
        bound = (pack(ref), ref.place.channel, ref.id, stamp(at))
        return await self._settle(key, token, sql, *bound, then=pause if rest else None)

    async def settle_unsure(self, key: DeliveryKey, *, token: str, reason: str, again: datetime) -> bool:
        sql = "state = 'unsure', doubtful = 1, reason = ?, next_attempt = ?"
        return await self._settle(key, token, sql, reason, stamp(again))

    async def settle_retry(
        self, key: DeliveryKey, *, token: str, reason: str, again: datetime, tenant_wide: bool = False
    ) -> bool:
        """The platform did not accept it; try again then. `tenant_wide`: its tenant's other posts wait as long."""

        def rest(db: Database) -> None:
            queue.rest(db, key, stamp(again))

        sql = "state = CASE doubtful WHEN 1 THEN 'unsure' ELSE 'planned' END, reason = ?, next_attempt = ?"
        return await self._settle(key, token, sql, reason, stamp(again), then=rest if tenant_wide else None)

    async def settle_dead(self, key: DeliveryKey, *, token: str, reason: str) -> bool:
        """Give it up; its papers count as not shown. A run whose posts are all given up failed, for this reason."""

        def bury(db: Database) -> None:
            replies = db.execute(
                f"SELECT key FROM outbox WHERE parent = ? AND state IN {queue.OPEN}", (key,)
            ).fetchall()
            db.execute("DELETE FROM shown_papers WHERE key = ?", (key,))
            outbox_rows.bury_replies(db, replies)
            outbox_rows.fail_run(db, key, reason)

        return await self._settle(key, token, "state = 'dead', reason = ?", reason, then=bury)

    async def revive_posts(self, key: DeliveryKey | None, now: datetime) -> int:
        """Plan dead posts again, one with its thread or all; returns how many. A doubtful one that is named begins
        again at its first attempt: an admin's word that it may be sent where the platform can't be asked."""

        def work(db: Database) -> int:
            thread = "SELECT parent FROM outbox WHERE key = ?1"
            which = f"?1 IS NULL OR key = ?1 OR parent = ?1 OR key IN ({thread})"
            return outbox_rows.revive(db, now, which, key, named=key)

        return await self._engine.write(work)

    async def revive_since(self, subscription: str, since: datetime, now: datetime) -> int:
        """Plan the dead posts of a subscription that were due since then again; returns how many."""
        which = "subscription = ?1 AND json_extract(post, '$.due') >= ?2"
        return await self._engine.write(lambda db: outbox_rows.revive(db, now, which, subscription, stamp(since)))

    async def reasons_given_up(self, place: Place, *, limit: int = 3) -> list[tuple[str, int]]:
        """Why posts to a channel were given up and how many for each reason, the latest first."""
        sql = """SELECT reason, count(*) FROM outbox WHERE tenant = ? AND channel = ? AND state = 'dead'
                 GROUP BY reason ORDER BY max(seq) DESC LIMIT ?"""
        return await self._rows(sql, place.tenant, place.channel, limit)

    async def by_ref(self, ref: Ref) -> Delivery | None:
        where = "o.tenant = ? AND o.ref_channel = ? AND o.ref_id = ? AND o.ref_id != ''"
        return await self._one(where, ref.place.tenant, ref.place.channel, ref.id)

    async def in_edition(self, subscription: str, edition: str) -> list[Delivery]:
        """In order of planning."""
        return await self._all("o.subscription = ? AND o.edition = ? ORDER BY o.seq", subscription, edition)

    async def sent_showing(self, tenant: str, paper: PaperId, since: datetime) -> list[Delivery]:
        """Sent posts in a tenant that show a paper."""
        keys = "SELECT key FROM shown_papers WHERE paper = ?2 AND tenant = ?1"
        where = f"o.key IN ({keys}) AND o.state = 'sent' AND o.sent >= ?3 ORDER BY o.seq"
        return await self._all(where, tenant, paper, stamp(since))

    async def sent_to_channels_showing(self, tenant: str, paper: PaperId) -> list[Delivery]:
        """Sent posts in a tenant's channels that show a paper, newest first; no digests and no mails."""
        where = f"""o.key IN (SELECT key FROM shown_papers WHERE paper = ?2 AND tenant = ?1) AND o.state = 'sent'
                    AND EXISTS (SELECT 1 FROM subscriptions b WHERE b.id = o.subscription AND NOT {_OF_ONE})
                    ORDER BY o.seq DESC"""
        return await self._all(where, tenant, paper)

    async def papers_posted_in(self, place: Place, limit: int) -> list[tuple[PaperId, datetime]]:
        """Papers posted in a channel and when, newest first."""
        sql = """SELECT paper, max(at) FROM shown_papers WHERE tenant = ? AND channel = ?
                 GROUP BY paper ORDER BY max(at) DESC, paper LIMIT ?"""
        rows = await self._rows(sql, place.tenant, place.channel, limit)
        return [(paper, moment(at)) for paper, at in rows]

    async def count_channels_showing(self, paper: PaperId) -> int:
        """How many channels were shown a paper; digests and mails don't count."""
        sql = f"""SELECT count(*) FROM (
                    SELECT DISTINCT s.tenant, s.channel FROM shown_papers s JOIN outbox o USING (key)
                    JOIN subscriptions b ON b.id = o.subscription WHERE s.paper = ? AND NOT {_OF_ONE}) AS channels"""
        return await self._number(sql, paper)

    async def tenants_shown(self, papers: Collection[PaperId], since: datetime) -> list[tuple[str, PaperId]]:
        """Tenants and which of these papers each was shown since then."""
        sql = f"SELECT DISTINCT tenant, paper FROM shown_papers WHERE at >= ? AND paper IN ({marks(len(papers))})"
        return await self._rows(sql, stamp(since), *papers)

    async def record_edit(self, key: DeliveryKey, message: Message, at: datetime) -> None:
        """Record that the platform shows this message now."""

        def work(db: Database) -> None:
            row = db.execute("SELECT post FROM outbox WHERE key = ?", (key,)).fetchone()
            if row:
                post = pack(replace(unpack(row[0], Post), message=message))
                db.execute("UPDATE outbox SET post = ?, edited = ? WHERE key = ?", (post, stamp(at), key))

        await self._engine.write(work)

    async def mark_gone(self, key: DeliveryKey, reason: str) -> None:
        """Record that the message of a sent post was deleted; it isn't posted again."""
        await self._change("UPDATE outbox SET reason = ? WHERE key = ? AND state = 'sent'", reason, key)

    async def sent_since(self, since: datetime) -> list[Delivery]:
        return await self._all("o.sent >= ? ORDER BY o.seq", stamp(since))

    async def last_sent_in(self, place: Place) -> Delivery | None:
        where = "o.tenant = ? AND o.channel = ? AND o.state = 'sent' ORDER BY o.sent DESC LIMIT 1"
        return await self._one(where, place.tenant, place.channel)

    async def count_by_state(self, place: Place | None = None) -> dict[DeliveryState, int]:
        where = "tenant = ? AND channel = ?" if place else "true"
        bound = (place.tenant, place.channel) if place else ()
        sql = f"SELECT state, count(*) FROM outbox WHERE {where} GROUP BY state"
        return {DeliveryState(state): count for state, count in await self._rows(sql, *bound)}

    async def _settle(
        self,
        key: DeliveryKey,
        token: str,
        change: str,
        *bound: object,
        then: Callable[[Database], None] | None = None,
    ) -> bool:
        sql = f"UPDATE outbox SET {change}, token = '', lease = '' WHERE key = ? AND token = ? AND state = 'claimed'"

        def work(db: Database) -> bool:
            ours = bool(db.execute(sql, (*bound, key, token)).rowcount)
            if ours and then:
                then(db)
            return ours

        return await self._engine.write(work, own_locks=True)

    async def _all(self, where: str, *bound: object) -> list[Delivery]:
        return await self._engine.read(lambda db: outbox_rows.deliveries(db, where, *bound))

    async def _one(self, where: str, *bound: object) -> Delivery | None:
        found = await self._all(where, *bound)
        return found[0] if found else None
