/** The line that is read: it stays where it is when the panel opens or closes, which may change the width of the text. */

const AIR = 24;

/**
 * Change the page without moving what is read in its box.
 * @param {HTMLElement} box scrolls
 * @param {HTMLElement | null} read what is read; if it is null or not in view, whatever is at the top of the view
 * @param {() => void} change
 */
export function keepInPlace(box, read, change) {
  const line = read && isIn(read, box) ? read : topmost(box);
  const top = line?.getBoundingClientRect().top ?? 0;
  change();
  if (line?.isConnected) box.scrollTop += line.getBoundingClientRect().top - top;
}

/**
 * Scroll what is read above a sheet that would cover it.
 * @param {HTMLElement} box scrolls
 * @param {HTMLElement} read
 * @param {HTMLElement} sheet
 */
export function showAbove(box, read, sheet) {
  const line = read.getBoundingClientRect();
  const cover = sheet.getBoundingClientRect();
  if (cover.left > line.left || cover.right < line.right) return;
  const hidden = line.bottom + AIR - cover.top;
  if (hidden > 0) box.scrollTop += hidden;
}

/** @param {HTMLElement} element @param {HTMLElement} box @returns {boolean} whether it is in view */
function isIn(element, box) {
  const { top, bottom } = element.getBoundingClientRect();
  const view = box.getBoundingClientRect();
  return bottom > view.top && top < view.bottom;
}

/** @param {HTMLElement} box @returns {Element | null} the text at the top of the view */
function topmost(box) {
  const { left, width, top } = box.getBoundingClientRect();
  const element = document.elementFromPoint(left + width / 3, top + AIR);
  return element && box.contains(element) ? element : null;
}
