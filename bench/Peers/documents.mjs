// The documents of the comparison. The C# side (bench/Peers/BenchmarkDocuments.cs) makes the same ones from the same numbers.
const LETTERS = 'abcdefghijklmnopqrstuvwxyz 01234';

/** Text from a linear congruential generator modulo 2^32, five high bits a letter (multiplier and increment: Numerical Recipes). */
function text(seed, length) {
  let state = seed >>> 0;
  let result = '';
  while (result.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    result += LETTERS[state >>> 27];
  }
  return result;
}

export const idOf = (number) => `doc-${String(number).padStart(6, '0')}`;

/** Document number so and so, of about `size` bytes when it is encoded. */
export function documentOf(number, size) {
  const seed = Math.imul(number + 1, 2654435761) >>> 0;
  return {
    _id: idOf(number),
    n: number,
    group: `g${number % 50}`,
    name: text(seed, 20),
    body: text(seed ^ 0x5bd1e995, Math.max(0, size - 90)),
  };
}

/** Numbers below `count` in an order without pattern, the same on both sides. */
export function* picks(count) {
  let state = 20261122;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield Math.floor((state / 2 ** 32) * count);
  }
}
