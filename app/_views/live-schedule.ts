const USUAL_MS = 2_000
// On battery, or where the visitor wants to save data. With a second in nginx's cache still within the 5 s after which a change shows.
const SAVING_MS = 3_500
const LONGEST_MS = 60_000
// How far a delay is from that, at random, so that open pages do not all ask at the same moment.
const JITTER = 0.1

type Situation = {
  /** Polls in a row that brought no answer, or a refresh that brought nothing new. */
  failures: number
  isSaving: boolean
  /** From 0 to 1. */
  random: number
}

/** How long an open page waits before it asks for changes again, in milliseconds. */
export function nextPollMs({ failures, isSaving, random }: Situation): number {
  const delay = Math.min((isSaving ? SAVING_MS : USUAL_MS) * 2 ** failures, LONGEST_MS / (1 + JITTER))
  return delay * (1 + JITTER * (2 * random - 1))
}
