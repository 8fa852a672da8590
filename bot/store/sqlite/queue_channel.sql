  -- Of the channel of a row of the outbox. A post that was revived can be older than the one under way: it waits for
  -- that one's lease.
  DELETE FROM queued_channels WHERE tenant = {row}.tenant AND channel = {row}.channel AND NOT EXISTS (
    SELECT 1 FROM outbox WHERE tenant = {row}.tenant AND channel = {row}.channel
      AND state IN ('planned', 'claimed', 'unsure'));
  INSERT INTO queued_channels
    SELECT tenant, channel, platform, seq, max(iif(state = 'claimed', '', next_attempt), until), until FROM (
      SELECT *, coalesce((SELECT max(lease) FROM outbox WHERE tenant = {row}.tenant AND channel = {row}.channel
                          AND state = 'claimed'), '') AS until
      FROM outbox WHERE tenant = {row}.tenant AND channel = {row}.channel AND state IN ('planned', 'claimed', 'unsure')
      ORDER BY seq LIMIT 1
    ) WHERE true
    ON CONFLICT DO UPDATE SET platform = excluded.platform, head = excluded.head, due = excluded.due,
                              lease = excluded.lease;
