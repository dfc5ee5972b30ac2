/** The tag of a page as it was read at `version` of the database, the nonce of its scripts, and the plans of its search. */
export type KnownTag = { version: string; tag: string; nonce: string; plans: string[] }

// With its key, each takes about 400 bytes: 8 MB in all.
const MAX_TAGS = 20_000

/** Remembers the tags of the pages that were requested last: while the database is at the same version, they still hold. */
export class KnownTags {
  readonly #tags = new Map<string, KnownTag>()
  readonly #maxTags: number

  constructor(maxTags = MAX_TAGS) {
    this.#maxTags = maxTags
  }

  /** The tag of the page `key`, if it was read at `version`. */
  find(key: string, version: string): KnownTag | null {
    const known = this.#tags.get(key)
    if (known === undefined || known.version !== version) return null
    this.remember(key, known)
    return known
  }

  remember(key: string, known: KnownTag): void {
    // A map keeps the order of insertion: the first key is the one that was used longest ago.
    this.#tags.delete(key)
    this.#tags.set(key, known)
    const [oldest] = this.#tags.keys()
    if (this.#tags.size > this.#maxTags && oldest !== undefined) this.#tags.delete(oldest)
  }
}
