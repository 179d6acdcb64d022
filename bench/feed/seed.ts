import type { DataSource } from 'typeorm';

/** An event per customer, and an update of every tenth: positions in the order of time. */
const EVENTS = `
  INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id, changes,
    position)
  SELECT clinic_id, express_customer_id, version, type, occurred_at, clinic_id, changes,
    row_number() OVER (PARTITION BY clinic_id ORDER BY occurred_at, version)
  FROM (
    SELECT clinic_id, express_customer_id, 1 AS version, 'express_customer.created' AS type, created_at AS occurred_at,
      jsonb_build_array(jsonb_build_object('path', 'expressCustomerName', 'before', null, 'after', express_customer_name)) AS changes
    FROM express_customers
    UNION ALL
    SELECT clinic_id, express_customer_id, 2, 'express_customer.updated', created_at + interval '1 day',
      '[{"path": "metadata.region", "before": "north", "after": "south"}]'
    FROM express_customers WHERE express_customer_id LIKE '%7'
  ) AS events`;

const COUNTERS = `
  INSERT INTO event_counters (clinic_id, last_position)
  SELECT clinic_id, max(position) FROM express_customer_events GROUP BY clinic_id`;

/** Gives every customer its events. */
export async function seedEvents(dataSource: DataSource): Promise<void> {
  await dataSource.query(EVENTS);
  await dataSource.query(COUNTERS);
  await dataSource.query('VACUUM ANALYZE express_customer_events');
}
