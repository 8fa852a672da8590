-- What SQLite does by itself when rows change. PostgreSQL's are in ../postgres/functions.sql.

-- Changes of papers, numbered: the newest of each paper.
CREATE TRIGGER papers_in AFTER INSERT ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (new.id);
END;
CREATE TRIGGER papers_over AFTER UPDATE ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (new.id);
END;
CREATE TRIGGER papers_out AFTER DELETE ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (old.id);
END;

-- Fair turns (`outbox_queue.py`). A new post is its channel's last. One that was revived can be older than the one under
-- way: it waits for that one's lease.
CREATE TRIGGER queued_channels_in AFTER INSERT ON outbox WHEN NOT EXISTS (SELECT 1 FROM queued_channels WHERE tenant = new.tenant AND channel = new.channel) BEGIN
  DELETE FROM queued_channels WHERE tenant = new.tenant AND channel = new.channel AND NOT EXISTS (
    SELECT 1 FROM outbox WHERE tenant = new.tenant AND channel = new.channel AND state IN ('planned', 'claimed', 'unsure'));
  INSERT INTO queued_channels
    SELECT tenant, channel, platform, seq, max(iif(state = 'claimed', '', next_attempt), until), until FROM (
      SELECT *, coalesce((SELECT max(lease) FROM outbox WHERE tenant = new.tenant AND channel = new.channel
                          AND state = 'claimed'), '') AS until
      FROM outbox WHERE tenant = new.tenant AND channel = new.channel AND state IN ('planned', 'claimed', 'unsure')
      ORDER BY seq LIMIT 1
    ) WHERE true
    ON CONFLICT DO UPDATE SET platform = excluded.platform, head = excluded.head, due = excluded.due,
                              lease = excluded.lease;
END;
CREATE TRIGGER queued_channels_over AFTER UPDATE OF state, next_attempt, lease ON outbox BEGIN
  DELETE FROM queued_channels WHERE tenant = new.tenant AND channel = new.channel AND NOT EXISTS (
    SELECT 1 FROM outbox WHERE tenant = new.tenant AND channel = new.channel AND state IN ('planned', 'claimed', 'unsure'));
  INSERT INTO queued_channels
    SELECT tenant, channel, platform, seq, max(iif(state = 'claimed', '', next_attempt), until), until FROM (
      SELECT *, coalesce((SELECT max(lease) FROM outbox WHERE tenant = new.tenant AND channel = new.channel
                          AND state = 'claimed'), '') AS until
      FROM outbox WHERE tenant = new.tenant AND channel = new.channel AND state IN ('planned', 'claimed', 'unsure')
      ORDER BY seq LIMIT 1
    ) WHERE true
    ON CONFLICT DO UPDATE SET platform = excluded.platform, head = excluded.head, due = excluded.due,
                              lease = excluded.lease;
END;
CREATE TRIGGER queued_channels_out AFTER DELETE ON outbox BEGIN
  DELETE FROM queued_channels WHERE tenant = old.tenant AND channel = old.channel AND NOT EXISTS (
    SELECT 1 FROM outbox WHERE tenant = old.tenant AND channel = old.channel AND state IN ('planned', 'claimed', 'unsure'));
  INSERT INTO queued_channels
    SELECT tenant, channel, platform, seq, max(iif(state = 'claimed', '', next_attempt), until), until FROM (
      SELECT *, coalesce((SELECT max(lease) FROM outbox WHERE tenant = old.tenant AND channel = old.channel
                          AND state = 'claimed'), '') AS until
      FROM outbox WHERE tenant = old.tenant AND channel = old.channel AND state IN ('planned', 'claimed', 'unsure')
      ORDER BY seq LIMIT 1
    ) WHERE true
    ON CONFLICT DO UPDATE SET platform = excluded.platform, head = excluded.head, due = excluded.due,
                              lease = excluded.lease;
END;
CREATE TRIGGER queued_tenants_in AFTER INSERT ON queued_channels BEGIN
  DELETE FROM queued_tenants WHERE tenant = new.tenant
    AND NOT EXISTS (SELECT 1 FROM queued_channels WHERE tenant = new.tenant);
  INSERT INTO queued_tenants
    SELECT tenant, platform, (SELECT count(*) FROM queued_channels WHERE tenant = new.tenant AND lease != ''),
           due, head, ''
    FROM queued_channels WHERE tenant = new.tenant ORDER BY due, head LIMIT 1
    ON CONFLICT DO UPDATE SET held = excluded.held, due = max(excluded.due, rest), head = excluded.head;
END;
CREATE TRIGGER queued_tenants_over AFTER UPDATE ON queued_channels BEGIN
  DELETE FROM queued_tenants WHERE tenant = new.tenant
    AND NOT EXISTS (SELECT 1 FROM queued_channels WHERE tenant = new.tenant);
  INSERT INTO queued_tenants
    SELECT tenant, platform, (SELECT count(*) FROM queued_channels WHERE tenant = new.tenant AND lease != ''),
           due, head, ''
    FROM queued_channels WHERE tenant = new.tenant ORDER BY due, head LIMIT 1
    ON CONFLICT DO UPDATE SET held = excluded.held, due = max(excluded.due, rest), head = excluded.head;
END;
CREATE TRIGGER queued_tenants_out AFTER DELETE ON queued_channels BEGIN
  DELETE FROM queued_tenants WHERE tenant = old.tenant
    AND NOT EXISTS (SELECT 1 FROM queued_channels WHERE tenant = old.tenant);
  INSERT INTO queued_tenants
    SELECT tenant, platform, (SELECT count(*) FROM queued_channels WHERE tenant = old.tenant AND lease != ''),
           due, head, ''
    FROM queued_channels WHERE tenant = old.tenant ORDER BY due, head LIMIT 1
    ON CONFLICT DO UPDATE SET held = excluded.held, due = max(excluded.due, rest), head = excluded.head;
END;
