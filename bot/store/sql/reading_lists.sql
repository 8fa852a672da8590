-- list_papers   papers on the lists of people (`owner` is their key) and of channels (`slack:T1/C1#`)
-- paper_notes   what a person noted about a paper
-- zotero_keys   people's keys for Zotero, sealed
CREATE TABLE list_papers (
  owner TEXT NOT NULL, name TEXT NOT NULL, paper TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (owner, name, paper)
) WITHOUT ROWID;
CREATE INDEX list_papers_person ON list_papers(person);
CREATE TABLE paper_notes (
  person TEXT NOT NULL, paper TEXT NOT NULL, text TEXT NOT NULL, is_read INTEGER NOT NULL, PRIMARY KEY (person, paper)
) WITHOUT ROWID;
CREATE TABLE zotero_keys (person TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
