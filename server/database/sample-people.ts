export type Person = { username: string; email: string; age: number | null }

/** People for a first look: two accounts, some pioneers, and names that directories often get wrong. */
export const SAMPLE_PEOPLE: readonly Person[] = [
  { username: 'admin', email: 'admin@example.com', age: 42 },
  { username: 'user', email: 'user@example.com', age: 20 },
  { username: 'ada', email: 'ada@example.com', age: 36 },
  { username: 'grace', email: 'grace+navy@example.org', age: 85 },
  { username: 'alan', email: 'alan@example.net', age: 41 },
  { username: 'katherine', email: 'katherine@example.com', age: 101 },
  { username: "Miles O'Brien", email: "miles.o'brien@example.org", age: 42 },
  { username: 'Zoë', email: 'zoe@example.net', age: 29 },
  { username: 'Łukasz Ångström-Núñez', email: 'lukasz@example.com', age: 51 },
  { username: 'Ελένη Παπαδοπούλου', email: 'eleni@example.org', age: 33 },
  { username: 'Дмитрий Иванов', email: 'dmitri@example.com', age: 47 },
  { username: '王小明', email: 'xiaoming@example.net', age: 24 },
  { username: 'فاطمة الزهراء', email: 'fatima@example.org', age: 38 },
  { username: 'さくら', email: 'sakura@example.com', age: 19 },
  { username: '김민준', email: 'minjun@example.com', age: 27 },
  { username: 'अनन्या शर्मा', email: 'ananya@example.net', age: 31 },
  { username: 'ageless', email: 'ageless@example.com', age: null },
  { username: 'newborn', email: 'newborn@example.org', age: 0 },
  { username: 'methuselah', email: 'methuselah@example.net', age: 150 },
  { username: '<b>bold</b> & "co"', email: 'bold&co@example.com', age: 34 },
  { username: '100%_sure\\', email: '100%_sure@example.org', age: 64 },
  { username: '🦊 Fox 👩‍👩‍👧‍👦', email: 'fox@example.net', age: 7 },
  { username: 'a'.repeat(80), email: `${'a'.repeat(108)}@example.com`, age: null },
  {
    username: 'Wolfeschlegelsteinhausenbergerdorff the Elder of Hohenzollern-Sigmaringen (ret.)',
    email: 'wolfe@example.com',
    age: 72,
  },
]
