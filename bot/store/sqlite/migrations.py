"""The schema, step by step; each step is recorded in the transaction that makes it (sqlite-utils migrations).

papers          one row a paper: `doc` is the whole record (JSON), the other columns are what SQL must see
papers_fts      FTS5 over papers (external content, kept in step by triggers)
papers_words    the vocabulary of papers_fts, for typos
paper_facets    categories, sources and the words of the lab of each paper, for filters
listings        which source listed which paper on which day, and when we first saw it
fetches         how the last look at each source's day went
vectors         embeddings by model
lines           one-line summaries
asked           lines that somebody is asking a model for; batches: those asked for together
costs           what models did and cost, by day; told: what admins were told once
subscriptions   what channels asked for (`doc`), runs: what came of each occurrence
outbox          posts from plan to platform; shown: which channel was brought which paper
lanes, queues   channels and tenants with open posts (see `lanes.py`)
marks           reactions and button votes; ballots: what they come to, one a person and paper
saved, follows  what persons keep; tastes: who wants to be brought papers in the order of what they saved
programs        those that have a key for the API, and the digest of it
submissions     papers that people brought to the list of their community, which is in listings
questions       texts too long for a button
texts           whole papers' texts that somebody asked about, for some days
turns           when a source that counts all processes together may be asked next
shelves         adapters' own records
events          ids of incoming events that had their effect

Moments are ISO 8601 in UTC with microseconds, so that they sort as text.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from bot.store.sqlite import outbox_queue as lanes

migrations = Migrations("paperboy")
STEPS = frozenset({"papers", "delivery", "people", "writing"})  # those this version knows

_PAPERS = """
CREATE TABLE papers (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL, abstract TEXT NOT NULL, authors TEXT NOT NULL, keywords TEXT NOT NULL,
  published TEXT, upvotes INTEGER NOT NULL, text_hash INTEGER NOT NULL,
  doc BLOB NOT NULL
);
CREATE INDEX papers_published ON papers(published DESC, seq DESC);
CREATE TABLE paper_facets (
  kind TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES papers(seq) ON DELETE CASCADE,
  PRIMARY KEY (kind, value, seq)
) WITHOUT ROWID;
CREATE INDEX paper_facets_seq ON paper_facets(seq);
CREATE VIRTUAL TABLE papers_fts USING fts5(
  title, abstract, authors, keywords,
  content='papers', content_rowid='seq', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE papers_words USING fts5vocab(papers_fts, 'row');
CREATE TRIGGER papers_fts_in AFTER INSERT ON papers BEGIN
  INSERT INTO papers_fts(rowid, title, abstract, authors, keywords)
  VALUES (new.seq, new.title, new.abstract, new.authors, new.keywords);
END;
CREATE TRIGGER papers_fts_out AFTER DELETE ON papers BEGIN
  INSERT INTO papers_fts(papers_fts, rowid, title, abstract, authors, keywords)
  VALUES ('delete', old.seq, old.title, old.abstract, old.authors, old.keywords);
END;
CREATE TRIGGER papers_fts_over AFTER UPDATE OF title, abstract, authors, keywords ON papers BEGIN
  INSERT INTO papers_fts(papers_fts, rowid, title, abstract, authors, keywords)
  VALUES ('delete', old.seq, old.title, old.abstract, old.authors, old.keywords);
  INSERT INTO papers_fts(rowid, title, abstract, authors, keywords)
  VALUES (new.seq, new.title, new.abstract, new.authors, new.keywords);
END;
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
CREATE TABLE lines (
  paper TEXT NOT NULL, version INTEGER NOT NULL, language TEXT NOT NULL, provenance TEXT NOT NULL,
  model TEXT NOT NULL, prompt TEXT NOT NULL, made TEXT NOT NULL, doc BLOB NOT NULL,
  PRIMARY KEY (paper, version, language, provenance, model, prompt)
) WITHOUT ROWID;
CREATE TABLE texts (
  paper TEXT NOT NULL, version INTEGER NOT NULL, until TEXT NOT NULL, size INTEGER NOT NULL, doc BLOB NOT NULL,
  PRIMARY KEY (paper, version)
)
"""

_DELIVERY = """
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
CREATE TABLE shown (
  tenant TEXT NOT NULL, channel TEXT NOT NULL, paper TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (tenant, channel, paper, key)
) WITHOUT ROWID;
CREATE INDEX shown_key ON shown(key);
CREATE INDEX shown_paper ON shown(paper, tenant)
"""

_PEOPLE = """
CREATE TABLE marks (
  community TEXT NOT NULL, person TEXT NOT NULL, paper TEXT NOT NULL,
  origin TEXT NOT NULL, emoji TEXT NOT NULL, value INTEGER NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (community, person, paper, origin, emoji)
) WITHOUT ROWID;
CREATE INDEX marks_paper ON marks(community, paper);
CREATE INDEX marks_of_paper ON marks(paper);
CREATE INDEX marks_at ON marks(at);
CREATE INDEX marks_origin ON marks(origin);
CREATE VIEW ballots AS
  SELECT community, person, paper, value, at FROM (
    SELECT *, row_number() OVER (
      PARTITION BY community, person, paper ORDER BY at DESC, origin = 'button' DESC, value DESC, origin, emoji
    ) AS rank FROM marks
  ) WHERE rank = 1;
CREATE TABLE saved (
  person TEXT NOT NULL, paper TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (person, paper)
) WITHOUT ROWID;
CREATE TABLE follows (
  person TEXT NOT NULL, topic TEXT NOT NULL COLLATE NOCASE, at TEXT NOT NULL, PRIMARY KEY (person, topic)
) WITHOUT ROWID;
CREATE TABLE tastes (person TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE submissions (
  tenant TEXT NOT NULL, paper TEXT NOT NULL, person TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (tenant, paper)
) WITHOUT ROWID;
CREATE INDEX submissions_at ON submissions(at);
CREATE TABLE programs (digest TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, made TEXT NOT NULL);
CREATE TABLE departed (tenant TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE questions (name TEXT PRIMARY KEY, text TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE turns (name TEXT PRIMARY KEY, next TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE shelves (
  owner TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE TABLE events (id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX events_at ON events(at)
"""

_WRITING = """
CREATE TABLE asked (
  paper TEXT NOT NULL, version INTEGER NOT NULL, language TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL,
  until TEXT NOT NULL,
  PRIMARY KEY (paper, version, language, model, prompt)
) WITHOUT ROWID;
CREATE TABLE batches (id TEXT PRIMARY KEY, until TEXT NOT NULL, worth REAL NOT NULL, doc BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE costs (
  day TEXT NOT NULL, model TEXT NOT NULL, batch INTEGER NOT NULL, requests INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,
  money REAL NOT NULL,
  PRIMARY KEY (day, model, batch)
) WITHOUT ROWID;
CREATE TABLE told (what TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID
"""


@migrations()
def papers(db: Database) -> None:
    """Papers, their lists, vectors, lines and texts."""
    _run(db, _PAPERS)


@migrations()
def delivery(db: Database) -> None:
    """Subscriptions and the outbox."""
    _run(db, _DELIVERY)
    _run(db, lanes.SCHEMA)


@migrations()
def people(db: Database) -> None:
    """Votes and what people keep."""
    _run(db, _PEOPLE)


@migrations()
def writing(db: Database) -> None:
    """What a model is asked for, and what it costs."""
    _run(db, _WRITING)


def _run(db: Database, script: str) -> None:
    """Statement by statement: `executescript` would commit the migration's transaction."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if statement.count("BEGIN") == statement.count("END"):
            db.execute(statement)
            statement = ""
