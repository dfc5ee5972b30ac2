// Errors of OpenSSL for a certificate whose authority is unknown: https://nodejs.org/api/tls.html#x509-certificate-error-codes
const UNKNOWN_AUTHORITY = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

// The driver's errors have no code.
const NO_ANSWER = /^(?:timeout expired|Query read timeout|.*timeout exceeded when trying to connect|.*due to connection timeout)$/
const NO_TLS = /^The server does not support SSL connections$/
const LOST = /^(?:Connection terminated|Client has encountered a connection error|Client was closed)/

/** In one line, without a password: why PostgreSQL cannot be connected to or asked. */
export function explainFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // One for each address that the name of the host has.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(explainFault))].join(', ')
  const code = 'code' in error ? String(error.code) : ''
  if (UNKNOWN_AUTHORITY.includes(code))
    return `the server's certificate is of an authority that is not known here (${error.message.replace(/;.*/, '')}); name its file with sslrootcert in DATABASE_URL`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const reason = 'reason' in error ? String(error.reason).replace(/\.$/, '') : error.message
    return `the server's certificate is for another host (${reason}); use a name that it has in DATABASE_URL`
  }
  if (code === 'CERT_HAS_EXPIRED') return `the server's certificate has expired`
  if (NO_TLS.test(error.message))
    return 'the server has no TLS; turn it on there, or write sslmode=disable into DATABASE_URL if nobody can listen in on the way'
  if (NO_ANSWER.test(error.message)) return 'the server does not answer'
  if (LOST.test(error.message)) return 'the connection was lost'
  return error.message.replaceAll(/\s*\n\s*/g, ' ')
}
