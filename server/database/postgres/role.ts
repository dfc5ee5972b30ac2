import type pg from 'pg'

/** What the role of a connection may do, and on which kind of server it is connected. */
export type Role = {
  name: string
  /** The server follows another one, and can only be read. */
  isStandby: boolean
  /** The role, the database or the address allows reading alone. */
  isReadOnly: boolean
  /** Whether it may change the tables: it owns them or, where there are none, may create some. */
  isOwner: boolean
  /** Whether it may add people, if there is a table of them. */
  isWriter: boolean
  /** Whose tables, or database, these are. */
  owner: string
}

/** The role of `client` in the database that it is connected to. */
export async function readRole(client: pg.Client): Promise<Role> {
  const { rows } = await client.query<Role>(`
    SELECT current_user AS "name", pg_is_in_recovery() AS "isStandby", current_setting('transaction_read_only') = 'on' AS "isReadOnly",
      coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AND coalesce(pg_has_role("relowner", 'USAGE'), true) AS "isOwner",
      coalesce(has_table_privilege(pg_class.oid, 'INSERT'), false) AS "isWriter",
      pg_get_userbyid(coalesce("relowner", "datdba")) AS "owner"
    FROM pg_database LEFT JOIN pg_class ON pg_class.oid = to_regclass('"User"') WHERE "datname" = current_database()`)
  const [role] = rows
  if (role === undefined) throw new Error('PostgreSQL does not know the database that it is connected to')
  return role
}
