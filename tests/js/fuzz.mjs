/** Return a generator of pseudo-random numbers from 0 to 1, the same in every run. */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Return a text of fewer than ``longest`` random parts. */
export function randomText(random, parts, longest) {
  const count = Math.floor(random() * longest);
  return Array.from({ length: count }, () => parts[Math.floor(random() * parts.length)]).join("");
}

/** Split a text at random places; pieces may be empty, and characters may be split. */
export function randomPieces(random, text) {
  const pieces = [];
  for (let at = 0; at < text.length; ) {
    const size = Math.floor(random() * random() * 12);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}
