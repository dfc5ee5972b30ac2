/** `1 person`, `1,234 people`, `nobody`. */
export function formatCount(people: number): string {
  if (people === 0) return 'nobody'
  return people === 1 ? '1 person' : `${people.toLocaleString('en')} people`
}
