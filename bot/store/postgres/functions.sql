-- What SQLite has and PostgreSQL has not, under the same names, so that one statement serves both.
CREATE FUNCTION json_extract(doc bytea, path text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
  $$ SELECT (convert_from(doc, 'UTF8')::jsonb #>> string_to_array(substr(path, 3), '.')) COLLATE "C" $$;
CREATE FUNCTION json_set(doc bytea, path text, value text) RETURNS bytea IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
  $$ SELECT convert_to(jsonb_set(convert_from(doc, 'UTF8')::jsonb, string_to_array(substr(path, 3), '.'),
                                 to_jsonb(value))::text, 'UTF8') $$;
CREATE FUNCTION iif(condition boolean, yes anycompatible, no anycompatible) RETURNS anycompatible IMMUTABLE PARALLEL SAFE
  LANGUAGE sql AS $$ SELECT CASE WHEN condition THEN yes ELSE no END $$;
CREATE FUNCTION instr(hay text, needle text) RETURNS integer IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
  $$ SELECT strpos(hay, needle) $$;
CREATE FUNCTION max(a text, b text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
  $$ SELECT greatest(a COLLATE "C", b COLLATE "C") $$;
CREATE FUNCTION max(a bigint, b bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
  $$ SELECT greatest(a, b) $$;
CREATE FUNCTION unixepoch() RETURNS double precision LANGUAGE sql AS $$ SELECT extract(epoch FROM now())::float8 $$;

-- A topic is followed once, in whichever case it is written.
CREATE UNIQUE INDEX followed_topics_folded ON followed_topics(person, lower(topic));

-- Whether this transaction now holds a tenant's queue; false: another one does.
CREATE FUNCTION try_lock_tenant(tenant text) RETURNS boolean LANGUAGE sql AS
  $$ SELECT pg_try_advisory_xact_lock(hashtextextended(tenant, 7)) $$;
CREATE FUNCTION lock_tenant(tenant text) RETURNS void LANGUAGE sql AS
  $$ SELECT pg_advisory_xact_lock(hashtextextended(tenant, 7)) $$;

-- Changes of papers are numbered at the commit, one commit after another: a reader that has read up to a number misses
-- nothing, however long another transaction has been open.
CREATE FUNCTION note_paper_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE id text := CASE WHEN tg_op = 'DELETE' THEN old.id ELSE new.id END;
BEGIN
  PERFORM pg_advisory_xact_lock(8);
  DELETE FROM paper_changes WHERE paper = id;
  INSERT INTO paper_changes(paper) VALUES (id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER paper_changed AFTER INSERT OR UPDATE OR DELETE ON papers
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_paper_change();

-- The fair turns of `outbox_queue.py`. Each step first locks the tenant, so that what it counts stays true.
CREATE FUNCTION queue_channel(_tenant text, _channel text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE head record; until text;
BEGIN
  PERFORM lock_tenant(_tenant);
  SELECT * INTO head FROM outbox WHERE tenant = _tenant AND channel = _channel
    AND state IN ('planned', 'claimed', 'unsure') ORDER BY seq LIMIT 1;
  IF NOT FOUND THEN
    DELETE FROM queued_channels WHERE tenant = _tenant AND channel = _channel;
  ELSE
    SELECT coalesce(max(lease), '') INTO until FROM outbox
      WHERE tenant = _tenant AND channel = _channel AND state = 'claimed';
    INSERT INTO queued_channels VALUES (_tenant, _channel, head.platform, head.seq,
        max(CASE WHEN head.state = 'claimed' THEN '' ELSE head.next_attempt END, until), until)
      ON CONFLICT (tenant, channel) DO UPDATE SET platform = excluded.platform, head = excluded.head,
        due = excluded.due, lease = excluded.lease;
  END IF;
END $$;
CREATE FUNCTION queue_tenant(_tenant text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE head record; under_way bigint;
BEGIN
  PERFORM lock_tenant(_tenant);
  SELECT * INTO head FROM queued_channels WHERE tenant = _tenant ORDER BY due, queued_channels.head LIMIT 1;
  IF NOT FOUND THEN
    DELETE FROM queued_tenants WHERE tenant = _tenant;
  ELSE
    SELECT count(*) INTO under_way FROM queued_channels WHERE tenant = _tenant AND lease != '';
    INSERT INTO queued_tenants AS q VALUES (_tenant, head.platform, under_way, head.due, head.head, '')
      ON CONFLICT (tenant) DO UPDATE SET held = excluded.held, due = max(excluded.due, q.rest), head = excluded.head;
  END IF;
END $$;
CREATE FUNCTION queue_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF tg_op != 'INSERT' THEN PERFORM queue_channel(old.tenant, old.channel); END IF;
  IF tg_op != 'DELETE' THEN PERFORM queue_channel(new.tenant, new.channel); END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION queue_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM queue_tenant(CASE WHEN tg_op = 'DELETE' THEN old.tenant ELSE new.tenant END);
  RETURN NULL;
END $$;
CREATE TRIGGER queued_channels_over AFTER INSERT OR DELETE OR UPDATE OF state, next_attempt, lease, channel ON outbox
  FOR EACH ROW EXECUTE FUNCTION queue_post();
CREATE TRIGGER queued_tenants_over AFTER INSERT OR DELETE OR UPDATE ON queued_channels
  FOR EACH ROW EXECUTE FUNCTION queue_turn();
