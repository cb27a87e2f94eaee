-- SPDX-License-Identifier: Apache-2.0
-- NuGet packages are uploads that say which package they are: its id and version, lower-case and
-- normalised, and 'package' or 'symbols'. action is what the row is the history of: 'upload',
-- 'delete' or 'relist'. The files of a deleted package stay, but nobody finds them: an object is
-- hidden while every upload that brought its content is.
ALTER TABLE upload ADD COLUMN action TEXT NOT NULL DEFAULT 'upload';
ALTER TABLE upload ADD COLUMN package_id TEXT NOT NULL DEFAULT '';
ALTER TABLE upload ADD COLUMN package_version TEXT NOT NULL DEFAULT '';
ALTER TABLE upload ADD COLUMN package_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE upload ADD COLUMN is_hidden INTEGER NOT NULL DEFAULT 0;
CREATE INDEX upload_by_package ON upload (project_id, package_id, package_version)
  WHERE package_id <> '';
ALTER TABLE object ADD COLUMN is_hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN has_strict_packages INTEGER NOT NULL DEFAULT 0;
