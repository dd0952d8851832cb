import { MARKER } from "../sources/source.js";

/**
 * @typedef {{node: Node, offset: number} | {place: number, isAfter: boolean}} End an end of a selection: in the
 *   document, or as the number of visible characters of a text before it, and on which side of white space it stands
 */

const SKIPPED = `sup, ${MARKER}, button`;
const SPACE = /\s/u;

/**
 * What the reader has selected in an answer, kept while other elements with the same text replace it: the source
 * markers and buttons among the text may differ, and so may white space.
 */
export class KeptSelection {
  /** @type {Selection | null} */ #selection;
  /** @type {End | null} */ #anchor = null;
  /** @type {End | null} */ #focus = null;

  /** @param {Element} answer the one that is about to be replaced */
  constructor(answer) {
    this.#selection = getSelection();
    if (!this.#selection || this.#selection.isCollapsed || !this.#selection.containsNode(answer, true)) return;
    const { anchorNode, anchorOffset, focusNode, focusOffset } = this.#selection;
    if (!anchorNode || !focusNode || !(answer.contains(anchorNode) || answer.contains(focusNode))) return;
    const isForwards = isBefore(anchorNode, anchorOffset, focusNode, focusOffset);
    this.#anchor = kept(answer, anchorNode, anchorOffset, !isForwards);
    this.#focus = kept(answer, focusNode, focusOffset, isForwards);
  }

  /** @param {Element} answer the one that has replaced it */
  restore(answer) {
    if (this.#anchor === null || this.#focus === null) return;
    const anchor = found(answer, this.#anchor);
    const focus = found(answer, this.#focus);
    if (!anchor || !focus || !anchor.node.isConnected || !focus.node.isConnected) return;
    this.#selection?.setBaseAndExtent(anchor.node, anchor.offset, focus.node, focus.offset);
  }
}

/** @param {Node} node @param {number} offset @param {Node} other @param {number} otherOffset @returns {boolean} */
function isBefore(node, offset, other, otherOffset) {
  const range = document.createRange();
  range.setStart(node, offset);
  return range.comparePoint(other, otherOffset) >= 0;
}

/**
 * @param {Element} answer
 * @param {Node} node
 * @param {number} offset
 * @param {boolean} isAfter whether it is the end of the selected text
 * @returns {End}
 */
function kept(answer, node, offset, isAfter) {
  if (!answer.contains(node)) return { node, offset };
  const range = document.createRange();
  range.setStart(answer, 0);
  range.setEnd(node, offset);
  let place = 0;
  for (const text of textsOf(answer)) {
    if (!range.intersectsNode(text)) break;
    const end = text === node ? offset : text.data.length;
    place += visible(text.data.slice(0, end));
    if (text === node) break;
  }
  return { place, isAfter };
}

/**
 * @param {Element} answer
 * @param {End} end
 * @returns {{node: Node, offset: number} | null}
 */
function found(answer, end) {
  if ("node" in end) return end;
  let left = end.place;
  for (const text of textsOf(answer)) {
    const count = visible(text.data);
    if (left < count || (end.isAfter && left === count)) {
      return { node: text, offset: offsetIn(text.data, left, end.isAfter) };
    }
    left -= count;
  }
  return null;
}

/**
 * @param {string} data
 * @param {number} count of visible characters before the place
 * @param {boolean} isAfter whether it is right after the last of them, or right before the next one
 * @returns {number}
 */
function offsetIn(data, count, isAfter) {
  let left = count;
  for (let offset = 0; offset < data.length; offset += 1) {
    if (left === 0 && (isAfter || !SPACE.test(data[offset]))) return offset;
    if (!SPACE.test(data[offset])) left -= 1;
  }
  return data.length;
}

/** @param {Element} answer @returns {Text[]} the texts in both versions of an answer */
function textsOf(answer) {
  const walker = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (text instanceof Text && !text.parentElement?.closest(SKIPPED)) texts.push(text);
  }
  return texts;
}

/** @param {string} data @returns {number} the number of its characters that are no white space */
function visible(data) {
  return data.replace(/\s+/gu, "").length;
}
