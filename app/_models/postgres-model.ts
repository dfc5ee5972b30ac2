import 'server-only'

const isPostgres = /^postgres(?:ql)?:\/\//.test(process.env.DATABASE_URL ?? '')

/** The model on PostgreSQL, or null where `DATABASE_URL` names a SQLite file: nothing of PostgreSQL is loaded then. */
export const postgresModel = isPostgres ? import('./postgres/user-model.ts').then(({ POSTGRES_MODEL }) => POSTGRES_MODEL) : null
