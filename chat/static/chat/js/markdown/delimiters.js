/** CommonMark's flanking rules: where a run of ``*``, ``_`` or ``~`` may open or close emphasis. */

const SPACE = /^\s?$/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;

/**
 * @typedef {{mark: string, length: number, isBoth: boolean}} Run ``isBoth``: it may both open and close
 */

/**
 * The element for each mark and run length.
 * @type {Readonly<Record<string, Readonly<Record<number, string>>>>}
 */
export const EMPHASIS = Object.freeze({
  "*": Object.freeze({ 1: "em", 2: "strong" }),
  _: Object.freeze({ 1: "em", 2: "strong" }),
  "~": Object.freeze({ 2: "s" }),
});

/**
 * Return whether a run may open and whether it may close emphasis.
 * @param {string} mark one character of the run
 * @param {string} before the character before the run
 * @param {string} after the character after it; "" at the end of the block
 * @returns {{opens: boolean, closes: boolean}}
 */
export function flanking(mark, before, after) {
  const left = touches(after, before);
  const right = touches(before, after);
  if (mark !== "_") return { opens: left, closes: right };
  return {
    opens: left && (!right || PUNCTUATION.test(before)),
    closes: right && (!left || PUNCTUATION.test(after)),
  };
}

/**
 * Return whether one run may close what another opened. If either run could do both, their lengths must not add up to a
 * multiple of three: ``2*3`` does not pair with the ``**`` after a word.
 * @param {Run | null} opener null for a span that is not emphasis
 * @param {Run} closer
 * @returns {boolean}
 */
export function isPair(opener, closer) {
  if (opener?.mark !== closer.mark) return false;
  const isTriple = (opener.length + closer.length) % 3 === 0 && closer.length % 3 !== 0;
  return !(isTriple && (opener.isBoth || closer.isBoth));
}

/**
 * Return whether a run is attached to the text on its ``near`` side, with ``far`` on the other side.
 * @param {string} near
 * @param {string} far
 * @returns {boolean}
 */
function touches(near, far) {
  if (SPACE.test(near)) return false;
  return !PUNCTUATION.test(near) || SPACE.test(far) || PUNCTUATION.test(far);
}
