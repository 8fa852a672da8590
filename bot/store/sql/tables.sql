-- The tables of the first release, apart from those of `outbox_queue.py` and the changes of papers (`schema.py`).
--
-- papers             one row a paper: `doc` is the whole record (JSON), the other columns are what SQL reads
-- paper_changes      the newest change of each paper, numbered in commit order: the search index follows it
-- listings           which source listed which paper on which day, and when we first saw it
-- fetches            how the last fetch of each source's day went
-- vectors            embeddings by model
-- summaries          one-line summaries
-- full_texts         texts of whole papers that someone asked about, for some days
-- subscriptions      the schedules of channels (`doc`)
-- runs               the outcome of each occurrence
-- outbox             posts from plan to platform
-- shown_papers       which channel was shown which paper
-- queued_channels, queued_tenants   channels and tenants with posts to send (see `outbox_queue.py`)
-- vote_marks         reactions and button votes
-- ballots            what counts of them, one a person and paper
-- heard_reactions    the newest changes of reactions, numbered, for recounts
-- saved_papers, followed_topics     what people keep
-- personal_tastes    who wants digests ordered by their saved papers
-- submissions        papers that people added to the list of their community, which is in listings
-- api_keys           programs with a key for the API, and its digest
-- departed_tenants   tenants that removed Paperboy, until they are forgotten
-- long_queries       texts too long for a button, for some days
-- rate_slots         when a source that counts all processes together may be asked next
-- key_values         adapters' own records
-- handled_events     ids of incoming events that had their effect, for some days
-- summary_requests   summaries that a model is asked for
-- summary_batches    summaries asked for together
-- model_costs        what models did and cost, by day
-- notices            what admins were told once
-- model_reservations money set aside for calls under way
--
-- Moments are ISO 8601 in UTC with microseconds, so that they sort as text. No semicolon may stand in a comment.

CREATE TABLE papers (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  published TEXT, upvotes INTEGER NOT NULL, text_hash INTEGER NOT NULL,
  doc BLOB NOT NULL
);
CREATE INDEX papers_published ON papers(published DESC, seq DESC);

CREATE TABLE listings (
  source TEXT NOT NULL, day TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES papers(seq) ON DELETE CASCADE,
  seen TEXT NOT NULL,
  PRIMARY KEY (source, day, seq)
) WITHOUT ROWID;
CREATE INDEX listings_of_paper ON listings(seq);
CREATE TABLE fetches (
  source TEXT NOT NULL, day TEXT NOT NULL, at TEXT NOT NULL, error TEXT NOT NULL, grew TEXT,
  good INTEGER NOT NULL, -- whether the day was ever answered
  PRIMARY KEY (source, day)
) WITHOUT ROWID;
CREATE TABLE vectors (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL, paper INTEGER NOT NULL REFERENCES papers(seq) ON DELETE CASCADE,
  text_hash INTEGER NOT NULL, vector BLOB NOT NULL,
  UNIQUE (model, paper)
);
CREATE TABLE summaries (
  paper TEXT NOT NULL, version INTEGER NOT NULL, language TEXT NOT NULL, provenance TEXT NOT NULL,
  model TEXT NOT NULL, prompt TEXT NOT NULL, made TEXT NOT NULL, doc BLOB NOT NULL,
  PRIMARY KEY (paper, version, language, provenance, model, prompt)
) WITHOUT ROWID;
CREATE TABLE full_texts (
  paper TEXT NOT NULL, version INTEGER NOT NULL, until TEXT NOT NULL, size INTEGER NOT NULL, doc BLOB NOT NULL,
  PRIMARY KEY (paper, version)
);

CREATE TABLE subscriptions (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL, channel TEXT NOT NULL, paused TEXT NOT NULL, doc BLOB NOT NULL
);
CREATE INDEX subscriptions_place ON subscriptions(tenant, channel);
CREATE TABLE runs (
  subscription TEXT NOT NULL REFERENCES subscriptions(id) ON DELETE CASCADE,
  slot TEXT NOT NULL, edition TEXT NOT NULL, doc BLOB NOT NULL,
  PRIMARY KEY (subscription, slot)
) WITHOUT ROWID;
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
  platform TEXT NOT NULL, tenant TEXT NOT NULL, channel TEXT NOT NULL,
  parent TEXT NOT NULL, subscription TEXT NOT NULL, edition TEXT NOT NULL,
  state TEXT NOT NULL, next_attempt TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, doubtful INTEGER NOT NULL DEFAULT 0,
  token TEXT NOT NULL DEFAULT '', lease TEXT NOT NULL DEFAULT '',
  ref_channel TEXT NOT NULL DEFAULT '', ref_id TEXT NOT NULL DEFAULT '', ref BLOB,
  reason TEXT NOT NULL DEFAULT '', sent TEXT, edited TEXT,
  post BLOB NOT NULL
);
CREATE INDEX outbox_state ON outbox(state);
CREATE INDEX outbox_parent ON outbox(parent) WHERE parent != '';
CREATE INDEX outbox_edition ON outbox(subscription, edition);
CREATE INDEX outbox_ref ON outbox(tenant, ref_channel, ref_id) WHERE ref_id != '';
CREATE INDEX outbox_sent ON outbox(sent) WHERE sent IS NOT NULL;
CREATE INDEX outbox_place ON outbox(tenant, channel, sent);
CREATE TABLE shown_papers (
  tenant TEXT NOT NULL, channel TEXT NOT NULL, paper TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (tenant, channel, paper, key)
) WITHOUT ROWID;
CREATE INDEX shown_papers_key ON shown_papers(key);
CREATE INDEX shown_papers_paper ON shown_papers(paper, tenant);

CREATE TABLE vote_marks (
  tenant TEXT NOT NULL, person TEXT NOT NULL, paper TEXT NOT NULL,
  origin TEXT NOT NULL, emoji TEXT NOT NULL, value INTEGER NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (tenant, person, paper, origin, emoji)
) WITHOUT ROWID;
CREATE INDEX vote_marks_tenant ON vote_marks(tenant, paper);
CREATE INDEX vote_marks_paper ON vote_marks(paper);
CREATE INDEX vote_marks_at ON vote_marks(at);
CREATE INDEX vote_marks_origin ON vote_marks(origin);
CREATE VIEW ballots AS
  SELECT tenant, person, paper, value, at FROM (
    SELECT *, row_number() OVER (
      PARTITION BY tenant, person, paper ORDER BY at DESC, origin = 'button' DESC, value DESC, origin, emoji
    ) AS rank FROM vote_marks
  ) WHERE rank = 1;
CREATE TABLE saved_papers (
  person TEXT NOT NULL, paper TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (person, paper)
) WITHOUT ROWID;
CREATE TABLE followed_topics (
  person TEXT NOT NULL, topic TEXT NOT NULL COLLATE NOCASE, at TEXT NOT NULL, PRIMARY KEY (person, topic)
) WITHOUT ROWID;
CREATE TABLE personal_tastes (person TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE submissions (
  tenant TEXT NOT NULL, paper TEXT NOT NULL, person TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (tenant, paper)
) WITHOUT ROWID;
CREATE INDEX submissions_at ON submissions(at);
CREATE TABLE api_keys (digest TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, made TEXT NOT NULL);
CREATE TABLE departed_tenants (tenant TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE long_queries (
  name TEXT NOT NULL, person TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (name, person)
) WITHOUT ROWID;
CREATE TABLE rate_slots (name TEXT PRIMARY KEY, next TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE key_values (
  owner TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE TABLE handled_events (id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX handled_events_at ON handled_events(at);

CREATE TABLE summary_requests (
  paper TEXT NOT NULL, version INTEGER NOT NULL, language TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL,
  until TEXT NOT NULL,
  PRIMARY KEY (paper, version, language, model, prompt)
) WITHOUT ROWID;
CREATE TABLE summary_batches (
  id TEXT PRIMARY KEY, until TEXT NOT NULL, doc BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE model_costs (
  day TEXT NOT NULL, model TEXT NOT NULL, batch INTEGER NOT NULL, requests INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,
  cost REAL NOT NULL,
  PRIMARY KEY (day, model, batch)
) WITHOUT ROWID;
CREATE TABLE notices (name TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE model_reservations (
  id TEXT PRIMARY KEY, model TEXT NOT NULL, until TEXT, cost REAL NOT NULL -- no `until`: a batch
) WITHOUT ROWID;

-- Fair turns (`outbox_queue.py`)
CREATE TABLE queued_channels (
  tenant TEXT NOT NULL, channel TEXT NOT NULL, platform TEXT NOT NULL,
  head INTEGER NOT NULL, due TEXT NOT NULL, lease TEXT NOT NULL,
  PRIMARY KEY (tenant, channel)
) WITHOUT ROWID;
CREATE INDEX queued_channels_due ON queued_channels(tenant, due, head);
CREATE INDEX queued_channels_held ON queued_channels(tenant, lease) WHERE lease != '';
CREATE INDEX queued_channels_lease ON queued_channels(lease) WHERE lease != '';
CREATE TABLE queued_tenants (
  tenant TEXT PRIMARY KEY, platform TEXT NOT NULL,
  held INTEGER NOT NULL, due TEXT NOT NULL, head INTEGER NOT NULL, rest TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX queued_tenants_turn ON queued_tenants(platform, held, due, head);
CREATE INDEX queued_tenants_due ON queued_tenants(platform, due);
CREATE INDEX outbox_open ON outbox(tenant, channel, seq) WHERE state IN ('planned', 'claimed', 'unsure');
CREATE INDEX outbox_claimed ON outbox(tenant, channel, lease) WHERE state = 'claimed';
