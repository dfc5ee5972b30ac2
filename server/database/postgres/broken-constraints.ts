import type pg from 'pg'

/**
 * Creates the function pg_temp."broken_constraint"("id", "username", "email", "age") of this connection: the sentence of the first
 * constraint of "User" that such a person would break, or null. It knows what the constraints of the database are, and no rule of its own.
 */
export async function createBrokenConstraint(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; condition: string }>(`
    SELECT "conname" AS "name", pg_get_expr("conbin", "conrelid") AS "condition" FROM "pg_constraint"
    WHERE "conrelid" = '"User"'::regclass AND "contype" = 'c' ORDER BY "oid"`)
  const checks = rows.map(({ name, condition }) => `WHEN NOT ${condition} THEN ${client.escapeLiteral(name)}`)
  // The range of ids is that of their column. The constraints about unreadable text raise what is wrong.
  await client.query(`
    CREATE OR REPLACE FUNCTION pg_temp."broken_constraint"("id" BIGINT, "username" TEXT, "email" TEXT, "age" BIGINT)
    RETURNS TEXT LANGUAGE plpgsql AS $function$
    BEGIN
      RETURN CASE
        WHEN "username" IS NULL THEN 'username must not be missing'
        WHEN "email" IS NULL THEN 'email must not be missing'
        WHEN "id" > 2147483647 THEN 'id must be between 1 and 2147483647'
        ${checks.join('\n')}
      END;
    EXCEPTION WHEN check_violation THEN
      RETURN SQLERRM;
    END
    $function$`)
}
