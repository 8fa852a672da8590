-- Changes of papers, numbered: the newest of each paper. PostgreSQL's triggers are in ../postgres/functions.sql.
CREATE TRIGGER papers_in AFTER INSERT ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (new.id);
END;
CREATE TRIGGER papers_over AFTER UPDATE ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (new.id);
END;
CREATE TRIGGER papers_out AFTER DELETE ON papers BEGIN
  INSERT OR REPLACE INTO paper_changes(paper) VALUES (old.id);
END;
