-- Forgets what plugins wait for: they begin to hear at the end of the log.
DROP TABLE plugin_job;
DROP TABLE plugin_cursor;
