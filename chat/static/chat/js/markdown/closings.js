const TICKS = /`+/gu;
const MARKER = /\[[1-9][0-9]{0,2}\]/u;

/** Where in a text something ends that has begun. Each search takes as long as what it skips, and fails only once. */
export class Closings {
  #text;
  /** @type {Map<number, number[]> | null} the places of the runs of backticks by their length */ #ticks = null;
  /** @type {Set<string>} what does not stand in the rest of the text */ #absent = new Set();

  /** @param {string} text */
  constructor(text) {
    this.#text = text;
  }

  /**
   * @param {string} closing
   * @param {number} at
   * @returns {number} where it stands from ``at`` on; -1 if it does not
   */
  find(closing, at) {
    const found = this.#absent.has(closing) ? -1 : this.#text.indexOf(closing, at);
    if (found < 0) this.#absent.add(closing);
    return found;
  }

  /**
   * @param {number} at
   * @param {number} size
   * @returns {number} where a run of so many backticks stands from ``at`` on; -1 if it does not
   */
  ticks(at, size) {
    this.#ticks ??= ticksOf(this.#text);
    const places = this.#ticks.get(size) ?? [];
    let low = 0;
    for (let high = places.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (places[middle] < at) low = middle + 1;
      else high = middle;
    }
    return places[low] ?? -1;
  }
}

/** @param {string} text @returns {Map<number, number[]>} */
function ticksOf(text) {
  const places = new Map();
  for (const { 0: run, index } of text.matchAll(TICKS)) {
    if (!places.has(run.length)) places.set(run.length, []);
    places.get(run.length).push(index);
  }
  return places;
}

/**
 * Return whether what stands between two dollar signs is a formula, not text between two prices.
 * @param {string} content
 * @param {string} after
 * @returns {boolean}
 */
export function isFormula(content, after) {
  if (content === "" || /^ | $|\\$|\n/u.test(content) || /^[0-9]$/u.test(after)) return false;
  return !MARKER.test(content) && !content.includes("`");
}
