/** Joins pieces of a transcript. A run of one speaker that goes on over the border stays one run. */

import { find, findAll, findRequired } from "../page/elements.js";

/**
 * Put a later piece after the segments of the page.
 * @param {HTMLElement} segments
 * @param {HTMLElement} piece
 */
export function joinAfter(segments, piece) {
  const [first, ...runs] = findAll(piece, "run");
  const border = findAll(segments, "run").at(-1);
  if (first && border && goesOn(border, first)) border.append(...findAll(first, "segment"));
  else if (first) runs.unshift(first);
  replaceLinks(segments, piece, "later");
  findRequired(segments, "later", HTMLElement).before(...runs);
  segments.dataset.last = piece.dataset.last;
}

/**
 * Put an earlier piece before the segments of the page, which stay in the document: one of them may have the focus.
 * @param {HTMLElement} segments
 * @param {HTMLElement} piece
 */
export function joinBefore(segments, piece) {
  const runs = findAll(piece, "run");
  const last = runs.at(-1);
  const border = find(segments, "run", HTMLElement);
  if (last && border && goesOn(last, border)) {
    border.querySelector("h2")?.after(...findAll(last, "segment"));
    border.toggleAttribute("data-continues", last.hasAttribute("data-continues"));
    runs.pop();
  }
  replaceLinks(segments, piece, "earlier");
  findRequired(segments, "earlier", HTMLElement).after(...runs);
  segments.dataset.first = piece.dataset.first;
}

/** @param {HTMLElement} run @param {HTMLElement} next @returns {boolean} */
function goesOn(run, next) {
  return next.hasAttribute("data-continues") && next.dataset.run === run.dataset.run;
}

/** Show the pages from that end of the transcript. @param {HTMLElement} segments @param {HTMLElement} piece @param {string} name */
function replaceLinks(segments, piece, name) {
  const links = find(piece, name, HTMLElement);
  if (links) find(segments, name, HTMLElement)?.replaceWith(links);
}
