/** The columns of a person, in this order. */
export type PersonRow = [id: number, username: string, email: string, age: number | null]

/** A person that no database of this release accepts, and the sentence of the constraint. The id is text: it may be no number at all. */
export type RefusedPerson = { id: string; reason: string }

/** The people of one database, as a move reads and writes them, whichever engine keeps them. */
export interface PeopleDatabase extends AsyncDisposable {
  /** What messages call it, without a password. */
  readonly name: string
  /** From now on, all reads show the people of this moment. */
  beginReading: () => Promise<void>
  endReading: () => Promise<void>
  /** The first people with ids above `after`, at most `limit`, in order of id. */
  listPeople: (after: number, limit: number) => Promise<PersonRow[]>
  /** The largest id that was ever given out, as far as is known. */
  findLastId: () => Promise<number>
  listRefusedPeople: () => Promise<RefusedPerson[]>
  /** Before many people are added to no others: lets what is derived from each person rest until `finishWriting`, also of a later process. */
  prepareForMany: () => Promise<void>
  /** Adds all `people`, with their ids, and commits; or none. */
  addPeople: (people: PersonRow[]) => Promise<void>
  removePeople: (ids: number[]) => Promise<void>
  /**
   * Derives what rested; ids that are given out from now on are above `lastId`. `pause` is called now and then, and may throw. To be called
   * again after an interruption.
   */
  finishWriting: (lastId: number, pause: () => Promise<void>) => Promise<void>
  /** What the database's own check finds wrong, or null. */
  findProblem: (pause: () => Promise<void>) => Promise<string | null>
}
