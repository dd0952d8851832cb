/** What leads from an answer to its sources. */
export const MARKER = 'a[href^="#source-"]';

const ID = /^source-(.+)-(\d+)$/u;

/**
 * Return the source of a marker; null if the page does not have it.
 * @param {HTMLElement} marker
 * @returns {HTMLElement | null}
 */
export function sourceOf(marker) {
  return document.getElementById((marker.getAttribute("href") ?? "").slice(1));
}

/**
 * Return the turn and the number of a source.
 * @param {Element} source
 * @returns {{turn: string, number: number}}
 */
export function placeOf({ id }) {
  const [, turn = "", number = "0"] = ID.exec(id) ?? [];
  return { turn, number: Number(number) };
}

/**
 * Return all sources of the answer that has this one, in the order of their numbers.
 * @param {Element} source
 * @returns {HTMLElement[]}
 */
export function sourcesBeside(source) {
  const sources = source.parentElement?.querySelectorAll("[data-source]") ?? [];
  return [...sources].filter((one) => one instanceof HTMLElement);
}

/**
 * Return where a source is from: its time and its recording, as far as they are known.
 * @param {Element} source
 * @returns {string}
 */
export function originOf(source) {
  const parts = [source.querySelector(".source__time"), source.querySelector(".source__title")];
  return parts.map((part) => part?.textContent).filter(Boolean).join(" · ");
}

/**
 * Return whether a source of the answer has audio, so that the answer can be heard.
 * @param {Element} source one of them
 * @returns {boolean}
 */
export function canBeHeard(source) {
  return Boolean(source.closest("[data-sources]")?.querySelector("[data-hear-all]"));
}

/**
 * Return what can be shown of a source elsewhere: nothing in it can be pressed.
 * @param {HTMLElement} source
 * @returns {HTMLElement}
 */
export function copyOf(source) {
  const copy = document.createElement("div");
  copy.className = source.className;
  copy.classList.remove("lit");
  for (const part of source.children) copy.append(part.cloneNode(true));
  for (const button of copy.querySelectorAll("button, [data-play-failure]")) button.remove();
  for (const link of copy.querySelectorAll("a")) link.removeAttribute("href");
  return copy;
}
