/** A map whose values have a size. Beyond `maxSize` in all, it forgets the values that were used longest ago. */
export class LruCache<Value> {
  readonly #values = new Map<string, Value>()
  readonly #maxSize: number
  readonly #sizeOf: (value: Value) => number
  #size = 0

  constructor(maxSize: number, sizeOf: (value: Value) => number) {
    this.#maxSize = maxSize
    this.#sizeOf = sizeOf
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key)
    // A map keeps the order of insertion: its first key is the one that was used longest ago.
    if (value !== undefined && this.#values.delete(key)) this.#values.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#delete(key)
    this.#values.set(key, value)
    this.#size += this.#sizeOf(value)
    for (const oldest of this.#values.keys()) {
      if (this.#size <= this.#maxSize) return
      this.#delete(oldest)
    }
  }

  #delete(key: string): void {
    const value = this.#values.get(key)
    if (value !== undefined && this.#values.delete(key)) this.#size -= this.#sizeOf(value)
  }
}
