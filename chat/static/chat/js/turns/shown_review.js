import { find, findRequired } from "../page/elements.js";

/**
 * Show what reviewers have done with a turn: their labels, and who has read it.
 * @param {HTMLElement} turn
 * @param {DocumentFragment} labels
 * @param {DocumentFragment} reads
 * @returns {boolean} whether the labels are others than before
 */
export function showReview(turn, labels, reads) {
  const [shownLabels, shownReads] = [find(turn, "labels", HTMLElement), find(turn, "reads", HTMLElement)];
  const isLabelled = timesIn(labels) !== timesIn(shownLabels);
  const isOpen = shownReads?.querySelector("details")?.open ?? false;
  reads.querySelector("details")?.toggleAttribute("open", isOpen);
  shownLabels?.remove();
  shownReads?.remove();
  findRequired(turn, "main", HTMLElement).append(labels, reads);
  return isLabelled;
}

/** @param {ParentNode | null} labels @returns {string} when they were given */
function timesIn(labels) {
  return [...(labels?.querySelectorAll("time") ?? [])].map((time) => time.dateTime).join();
}
