/** Emphasis: runs of ``*``, ``_`` and ``~~``, and which of them make a pair. ``markup/runs.py`` explains the rules. */

const SPACE = /^[\s\u0085]?$/u;
const PUNCTUATION = /^[\p{P}\p{Sm}\p{Sc}\p{Sk}]$/u;
const CJK_BLOCKS =
  "\\u1100-\\u11ff\\u2e80-\\u9fff\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff00-\\uffef";
const CJK = new RegExp(`^[${CJK_BLOCKS}\\u{20000}-\\u{3ffff}]$`, "u");
const BRACKET = /^[\p{Ps}\p{Pi}]$/u;
const QUOTE = /^["']$/u;
const DIGIT = /^[0-9]$/u;
const IN_WORD = /^[\p{L}\p{N}]$/u;

/** The element for each mark and size. @type {Readonly<Record<string, Readonly<Record<number, string>>>>} */
export const TAGS = Object.freeze({
  "*": Object.freeze({ 1: "em", 2: "strong" }),
  _: Object.freeze({ 1: "em", 2: "strong" }),
  "~": Object.freeze({ 2: "s" }),
});

/** A run of one mark. ``count`` are its marks that are not in a pair; ``closing`` and ``opening`` are elements. */
export class Run {
  mark;
  length;
  at;
  count;
  opens;
  closes;
  isLast;
  isInWord;
  /** @type {number[]} */ closing = [];
  /** @type {number[]} */ opening = [];

  /**
   * @param {string} mark
   * @param {number} length
   * @param {string} before the character in front of it, or ""
   * @param {string} after the character behind it, or ""
   * @param {number} at its place in the text
   */
  constructor(mark, length, before, after, at) {
    const isEmphasis = mark !== "~" || length === 2;
    const { opens, closes } = flanking(mark, before, after);
    this.mark = mark;
    this.length = length;
    this.at = at;
    this.count = length;
    this.opens = opens && isEmphasis;
    this.closes = closes && isEmphasis;
    this.isLast = after === "";
    this.isInWord = IN_WORD.test(before) && IN_WORD.test(after);
  }

  /** Whether it may open and close. */
  get isBoth() {
    return this.opens && this.closes;
  }
}

/**
 * Return the character at a place; "" at the end.
 * @param {string} text
 * @param {number} at
 * @returns {string}
 */
export function characterAt(text, at) {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at) ?? 0) : "";
}

/**
 * Return the character in front of a place; "" at the beginning.
 * @param {string} text
 * @param {number} at
 * @returns {string}
 */
export function characterBefore(text, at) {
  const whole = at >= 2 ? characterAt(text, at - 2) : "";
  return whole.length === 2 ? whole : text.slice(Math.max(0, at - 1), at);
}

/**
 * Find the pairs of runs, in the way of CommonMark, and return the runs that are left open.
 * @param {Run[]} runs
 * @param {boolean} isHalf whether marks at the end of the text close only what they close completely
 * @returns {Run[]}
 */
export function pair(runs, isHalf) {
  /** @type {Run[]} */
  const stack = [];
  /** @type {Map<string, number>} */
  const lowest = new Map();
  for (const closer of runs) {
    if (closer.closes) close(closer, stack, lowest, isHalf && closer.isLast);
    if (closer.opens && closer.count > 0) stack.push(closer);
  }
  return stack;
}

/** @param {Run} closer @param {Run[]} stack @param {Map<string, number>} lowest @param {boolean} isWhole */
function close(closer, stack, lowest, isWhole) {
  const key = `${closer.mark}${closer.opens}${closer.length % 3}`;
  while (closer.count > 0) {
    const at = openerOf(closer, stack, lowest.get(key) ?? 0);
    if (at < 0) {
      lowest.set(key, stack.length);
      return;
    }
    const opener = stack[at];
    if (isWhole && opener.count > closer.count) return;
    join(opener, closer);
    stack.length = at + (opener.count > 0 ? 1 : 0);
    for (const [each, bottom] of lowest) lowest.set(each, Math.min(bottom, stack.length));
  }
}

/** @param {Run} opener @param {Run} closer */
function join(opener, closer) {
  const size = opener.count >= 2 && closer.count >= 2 ? 2 : 1;
  opener.opening.push(size);
  closer.closing.push(size);
  opener.count -= size;
  closer.count -= size;
}

/**
 * Return the place of the innermost run that this one closes; -1 if there is none.
 * @param {Run} closer
 * @param {Run[]} stack
 * @param {number} bottom
 * @returns {number}
 */
function openerOf(closer, stack, bottom) {
  for (let at = stack.length - 1; at >= bottom; at -= 1) {
    if (stack[at].mark === closer.mark && !isOdd(stack[at], closer)) return at;
  }
  return -1;
}

/**
 * Return whether the lengths forbid a pair, as those of ``*`` and ``**`` in ``*a**b*``.
 * @param {Run} opener
 * @param {Run} closer
 * @returns {boolean}
 */
function isOdd(opener, closer) {
  if (!(opener.isBoth || closer.isBoth) || (opener.length + closer.length) % 3 !== 0) return false;
  return opener.length % 3 !== 0 || closer.length % 3 !== 0;
}

/**
 * Return whether a run may open and whether it may close emphasis.
 * @param {string} mark
 * @param {string} before
 * @param {string} after
 * @returns {{opens: boolean, closes: boolean}}
 */
function flanking(mark, before, after) {
  if (mark === "*" && DIGIT.test(before) && DIGIT.test(after)) return { opens: false, closes: false };
  const left = touches(after, before);
  const right = touches(before, after);
  if (mark === "_") {
    return {
      opens: left && (!right || PUNCTUATION.test(before)),
      closes: right && (!left || PUNCTUATION.test(after)),
    };
  }
  const mayOpen = CJK.test(before) || BRACKET.test(after) || QUOTE.test(after);
  return {
    opens: left || (!SPACE.test(after) && mayOpen),
    closes: right || (!SPACE.test(before) && !BRACKET.test(before)),
  };
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
