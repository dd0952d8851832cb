/** What leads from an answer to its sources. */
export const MARKER = 'a[href^="#source-"]';

/**
 * Return the source of a marker; null if the page does not have it.
 * @param {HTMLElement} marker
 * @returns {HTMLElement | null}
 */
export function sourceOf(marker) {
  return document.getElementById((marker.getAttribute("href") ?? "").slice(1));
}
