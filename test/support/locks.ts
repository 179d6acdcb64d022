/** The locks of this database: `pg_locks` shows those of every database of the server, on which other tests run. */
export const LOCKS = `(SELECT * FROM pg_locks
  WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks`;
