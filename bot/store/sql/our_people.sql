-- our_authors  the people of a community by their name on papers, with `person` only where they added themselves
-- readers      who wants to be named in a channel beside papers like those they read

CREATE TABLE our_authors (
  tenant TEXT NOT NULL, name TEXT NOT NULL, person TEXT NOT NULL, orcid TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (tenant, name)
) WITHOUT ROWID;
CREATE TABLE readers (
  tenant TEXT NOT NULL, channel TEXT NOT NULL, person TEXT NOT NULL, is_notified INTEGER NOT NULL, about TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (tenant, channel, person)
) WITHOUT ROWID;
