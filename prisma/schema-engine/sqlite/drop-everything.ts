import type { Database } from './database.ts'

/** Drops all tables, views and triggers of the database, and frees their space. */
export async function dropEverything(database: Database): Promise<void> {
  // A virtual table drops its own tables, which cannot be dropped before it: hence the order and IF EXISTS.
  const objects = await database.query(`
    SELECT type, name FROM sqlite_schema
    WHERE type IN ('view', 'trigger', 'table') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY type = 'table', sql NOT LIKE 'CREATE VIRTUAL TABLE%'`)
  await database.runAtomically(objects.map(({ type, name }) => `DROP ${type} IF EXISTS ${quote(String(name))};`).join('\n'))
  await database.runAsItIs('VACUUM')
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
