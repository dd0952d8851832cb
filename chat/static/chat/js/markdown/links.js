/** The addresses of an answer: ``[text](address "title")``, ``<address>`` and those that stand in the text. */

const LETTERS =
  "A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f\\u0370-\\u052f\\u3040-\\u30ff\\u4e00-\\u9fff\\uac00-\\ud7a3";
const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const HOST = `(?:[${LETTERS}0-9._-]*[${LETTERS}][${LETTERS}0-9_-]*|(?:${OCTET}\\.){3}${OCTET})`;
const SAFE = new RegExp(
  `^(?:(?<web>https?)://(?<host>${HOST}(?::[0-9]{1,4})?)(?<rest>(?:[/?#].*)?)|mailto:(?<mail>.+))$`, "iu",
);
/** What an address consists of: no blanks, control characters or invisible ones. */
const VISIBLE =
  "!-~\\u00a1-\\u167f\\u1681-\\u1fff\\u2010-\\u2027\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\u{10ffff}";
const BLANK = new RegExp(`[^${VISIBLE}]`, "u");
const BEHIND = "<>\"`*[\\]{}|\\\\^\\u3001-\\u303f\\uff00-\\uffef";
export const BARE = new RegExp(`https?://(?:(?![${BEHIND}])[${VISIBLE}])*`, "uy");
export const POINTED = new RegExp(`<((?:https?://|mailto:)(?:(?![<>])[${VISIBLE}]){1,2000})>`, "iuy");
export const POINTED_MAIL = /<([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255})>/uy;
const TRAILING = ".,:;!?'_~";
/** @type {Readonly<Record<string, string>>} */
const CLOSING = Object.freeze({ '"': '"', "'": "'", "(": ")" });
const ESCAPED = /\\([!-/:-@[-`{-~])/gu;
const PLAIN = /[!-'*-[\]-\u{10ffff}]*/uy;
const DEEPEST = 4;

/** Whether a destination is complete, goes on after the end of the text, or is none. */
export const Reading = Object.freeze({ DONE: "done", MORE: "more", BAD: "bad" });

/**
 * @typedef {(typeof Reading)[keyof typeof Reading]} Reading
 * @typedef {{reading: Reading, address: string, end: number}} Destination
 */

/** @type {Destination} */ const BAD = Object.freeze({ reading: Reading.BAD, address: "", end: 0 });
/** @type {Destination} */ const MORE = Object.freeze({ reading: Reading.MORE, address: "", end: 0 });

/**
 * Return an address to link to; null for all but http, https and mailto, and for what browsers read differently.
 * @param {string} address
 * @returns {string | null}
 */
export function safe(address) {
  const groups = BLANK.test(address) ? undefined : SAFE.exec(address)?.groups;
  if (!groups) return null;
  return groups.mail ? `mailto:${groups.mail}` : `${groups.web.toLowerCase()}://${groups.host}${groups.rest}`;
}

/**
 * Return where the address in a text that begins with it ends: without the punctuation of the sentence.
 * @param {string} found
 * @returns {number}
 */
export function bareEnd(found) {
  let end = found.length;
  let surplus = found.split(")").length - found.split("(").length;
  while (end > 0 && (TRAILING.includes(found[end - 1]) || (found[end - 1] === ")" && surplus > 0))) {
    if (found[end - 1] === ")") surplus -= 1;
    end -= 1;
  }
  return end;
}

/**
 * Read the part of a link after its text, from the parenthesis at ``at`` on.
 * @param {string} text
 * @param {number} at
 * @returns {Destination}
 */
export function destination(text, at) {
  const begin = skipSpaces(text, at + 1);
  const found = text[begin] === "<" ? pointed(text, begin + 1) : plain(text, begin);
  return found.reading === Reading.DONE ? title(text, found.end, found.address) : found;
}

/** @param {string} text @param {number} at @returns {number} */
function skipSpaces(text, at) {
  let end = at;
  while (text[end] === " " || text[end] === "\t") end += 1;
  return end;
}

/** @param {string} text @param {number} begin @returns {Destination} */
function pointed(text, begin) {
  for (let at = begin; at < text.length; at += text[at] === "\\" ? 2 : 1) {
    if (text[at] === ">") return { reading: Reading.DONE, address: unescaped(text.slice(begin, at)), end: at + 1 };
    if (text[at] === "<" || text[at] === "\n") return BAD;
  }
  return MORE;
}

/** @param {string} text @param {number} begin @returns {Destination} */
function plain(text, begin) {
  let depth = 0;
  for (let at = skipPlain(text, begin); at < text.length; at = skipPlain(text, at)) {
    const character = text[at];
    const isEnd = (character === ")" || character === " " || character === "\t") && depth === 0;
    if (isEnd) return { reading: Reading.DONE, address: unescaped(text.slice(begin, at)), end: at };
    if (character <= " ") return BAD;
    depth += Number(character === "(") - Number(character === ")");
    if (depth > DEEPEST) return BAD;
    at += character === "\\" && (text[at + 1] ?? "") > " " ? 2 : 1;
  }
  return MORE;
}

/** @param {string} text @param {number} at @returns {number} */
function skipPlain(text, at) {
  PLAIN.lastIndex = at;
  PLAIN.test(text);
  return Math.max(at, PLAIN.lastIndex);
}

/** @param {string} text @param {number} begin @param {string} address @returns {Destination} */
function title(text, begin, address) {
  let at = skipSpaces(text, begin);
  const closing = at > begin ? (CLOSING[text[at]] ?? "") : "";
  if (closing !== "") {
    const end = titleEnd(text, at + 1, closing);
    if (end < 0) return BAD;
    at = skipSpaces(text, end + 1);
  }
  if (at >= text.length) return MORE;
  return text[at] === ")" ? { reading: Reading.DONE, address, end: at + 1 } : BAD;
}

/** @param {string} text @param {number} begin @param {string} closing @returns {number} -1 if it is no title */
function titleEnd(text, begin, closing) {
  let at = begin;
  while (at < text.length && text[at] !== closing) {
    if (text[at] === "\n" || (closing === ")" && text[at] === "(")) return -1;
    at += text[at] === "\\" ? 2 : 1;
  }
  return at;
}

/** @param {string} address @returns {string} */
function unescaped(address) {
  return address.replace(ESCAPED, "$1");
}
