import type { DataSource } from 'typeorm';

// A clinic and its keys stay its own; every other row of a clinic can be had twice.
const OWN_TABLES = new Set(['clinics', 'api_keys']);

/**
 * Copies every row of one clinic to another, with the same ids: what a restored backup, a moved clinic or a clash of ids
 * would make. Finds the tables by their column clinic_id, so a new table is copied too.
 */
export async function copyClinic({ manager }: DataSource, from: string, to: string): Promise<void> {
  const tables = await manager.query<{ name: string; columns: string[] }[]>(
    `SELECT c.table_name AS name, array_agg(c.column_name::text) AS columns FROM information_schema.columns c
     JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
     GROUP BY c.table_name HAVING bool_or(c.column_name = 'clinic_id')`,
  );
  for (const { name, columns } of tables.filter((table) => !OWN_TABLES.has(table.name))) {
    const values = columns.map((column) => (column === 'clinic_id' ? '$2::uuid' : column));
    await manager.query(
      `INSERT INTO ${name} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${name} WHERE clinic_id = $1`,
      [from, to],
    );
  }
}
