const MAX_LISTED_IDS = 10

/** "1 person", "1,000 people". */
export function formatPeople(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'person' : 'people'}`
}

/** The people with `ids`: "1 person (id 7)", "2,000 people (id 1, 2, …)". */
export function describeIds(ids: readonly number[]): string {
  const some = `${ids.slice(0, MAX_LISTED_IDS).join(', ')}${ids.length > MAX_LISTED_IDS ? ', …' : ''}`
  return `${formatPeople(ids.length)} (id ${some})`
}

/** "0.4 MB": millions of bytes. */
export function formatBytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`
}

export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}
