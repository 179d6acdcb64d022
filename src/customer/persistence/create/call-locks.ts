// Held until the transaction ends, so tries of one caller and body follow each other. Several locks are taken in one order, or two
// transactions could wait for each other.
export const TAKE_LOCKS = `
  SELECT count(pg_advisory_xact_lock(lock)) FROM (
    SELECT DISTINCT hashtextextended(key, 0) AS lock FROM unnest($1::text[]) AS given (key) ORDER BY lock
  ) AS locks`;
