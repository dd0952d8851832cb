/** The places of a transcript: ``#segment-N`` and ``?t=`` in an address, and the ids of its segments. */

const PLACE = /^#segment-(\d{1,9})$/u;
const TIME = /^\d{1,9}(?:\.\d+)?$/u;

/** @param {HTMLElement} segment @returns {number} */
export function numberOf(segment) {
  return numberIn(`#${segment.id}`) ?? 0;
}

/** @param {string} hash of an address @returns {number | null} the segment that it names; null if it names none */
export function numberIn(hash) {
  const number = Number(PLACE.exec(hash)?.[1] ?? 0);
  return number > 0 ? number : null;
}

/** @param {number} number @returns {HTMLElement | null} the segment, if the page has it */
export function segmentOf(number) {
  return document.getElementById(`segment-${number}`);
}

/** @param {string} search of an address @returns {number | null} the time in seconds that it names */
export function timeIn(search) {
  const text = new URLSearchParams(search).get("t") ?? "";
  return TIME.test(text) ? Number(text) : null;
}
