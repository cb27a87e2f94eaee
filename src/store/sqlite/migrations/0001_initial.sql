-- SPDX-License-Identifier: Apache-2.0
-- Times are milliseconds since 1970. Hashes are the 32 bytes of a SHA-256.

CREATE TABLE project (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  is_public INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- project_id is NULL for a token of every project.
CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER REFERENCES project (id),
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  capabilities INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  tag_restriction TEXT NOT NULL,
  name_restriction TEXT NOT NULL,
  hint TEXT NOT NULL
) STRICT;

-- token_id outlives the token: history says who sent what.
CREATE TABLE upload (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES project (id),
  token_id INTEGER NOT NULL,
  tag TEXT NOT NULL,
  name TEXT NOT NULL,
  remote_address TEXT NOT NULL,
  size INTEGER NOT NULL,
  state TEXT NOT NULL,
  error TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  stored_count INTEGER NOT NULL,
  duplicate_count INTEGER NOT NULL,
  refused_count INTEGER NOT NULL
) STRICT;
CREATE INDEX upload_by_project ON upload (project_id, id);
CREATE INDEX upload_unfinished ON upload (id) WHERE state IN ('received', 'processing');

CREATE TABLE blob (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  stored_size INTEGER NOT NULL
) STRICT;

-- ordinal is the place in the upload, from 1; a file cut into objects has one entry.
CREATE TABLE upload_entry (
  upload_id INTEGER NOT NULL REFERENCES upload (id),
  ordinal INTEGER NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  result TEXT NOT NULL,
  reason TEXT NOT NULL,
  format TEXT NOT NULL,
  blob_id INTEGER REFERENCES blob (id),
  PRIMARY KEY (upload_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_entry_by_blob ON upload_entry (blob_id);

CREATE TABLE tag (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES project (id),
  name TEXT NOT NULL,
  UNIQUE (project_id, name)
) STRICT;

-- keys holds the object's keys, one a line; object_key is the index over them. search_text is what
-- a person may type to find the object; object_text is the index over it.
CREATE TABLE object (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES project (id),
  blob_id INTEGER NOT NULL REFERENCES blob (id),
  slice_offset INTEGER NOT NULL,
  slice_size INTEGER NOT NULL,
  upload_id INTEGER NOT NULL REFERENCES upload (id),
  tag TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  kind TEXT NOT NULL,
  arch TEXT NOT NULL,
  debug_id TEXT NOT NULL,
  code_id TEXT NOT NULL,
  debug_file_name TEXT NOT NULL,
  version TEXT NOT NULL,
  features INTEGER NOT NULL,
  keys TEXT NOT NULL,
  search_text TEXT NOT NULL,
  UNIQUE (project_id, blob_id, slice_offset, slice_size, format)
) STRICT;
CREATE INDEX object_by_blob ON object (blob_id);
CREATE INDEX object_by_upload ON object (upload_id);
CREATE INDEX object_by_debug_id ON object (project_id, debug_id) WHERE debug_id <> '';
CREATE INDEX object_by_code_id ON object (project_id, code_id) WHERE code_id <> '';

CREATE TABLE object_tag (
  tag_id INTEGER NOT NULL REFERENCES tag (id),
  object_id INTEGER NOT NULL REFERENCES object (id),
  PRIMARY KEY (tag_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX object_tag_by_object ON object_tag (object_id);

-- No foreign key: enforcing one needs a second index as large as the table, and object.keys says
-- which rows to delete.
CREATE TABLE object_key (
  project_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  object_id INTEGER NOT NULL,
  PRIMARY KEY (project_id, key, object_id)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE object_text USING fts5 (
  search_text, content = 'object', content_rowid = 'id', tokenize = 'trigram'
);
CREATE TRIGGER object_text_insert AFTER INSERT ON object BEGIN
  INSERT INTO object_text (rowid, search_text) VALUES (new.id, new.search_text);
END;
CREATE TRIGGER object_text_delete AFTER DELETE ON object BEGIN
  INSERT INTO object_text (object_text, rowid, search_text)
  VALUES ('delete', old.id, old.search_text);
END;
CREATE TRIGGER object_text_update AFTER UPDATE OF search_text ON object BEGIN
  INSERT INTO object_text (object_text, rowid, search_text)
  VALUES ('delete', old.id, old.search_text);
  INSERT INTO object_text (rowid, search_text) VALUES (new.id, new.search_text);
END;
