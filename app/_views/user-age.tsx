/** An age, or a note where none is known. */
export function UserAge({ age }: { age: number | null }) {
  return age === null ? <span className="text-muted">not given</span> : age
}
