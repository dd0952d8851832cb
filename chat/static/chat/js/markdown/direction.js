/** The direction of each block, by the majority of its letters: one Latin word does not turn an Arabic list around. */

import { Node } from "./node.js";

/** @import { Child, Letters } from "./node.js" */

const LETTER = /\p{L}/gu;
const RIGHT_TO_LEFT =
  /[\u05d0-\u05f2\u0620-\u064a\u066e-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/gu;
const LISTS = new Set(["ul", "ol"]);
const BLOCKS = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol"]);
/** What is laid out as the whole list or table is, and whose text alone has a direction of its own. */
const PARTS = new Set(["", "td", "th"]);

/**
 * Return whether a text has letters that are written from right to left.
 * @param {string} text
 * @returns {boolean}
 */
export function hasRightToLeft(text) {
  RIGHT_TO_LEFT.lastIndex = 0;
  return RIGHT_TO_LEFT.test(text);
}

/**
 * Say of each block that its direction is another than that around it; of children that are stable nothing changes.
 * @param {Node} node
 * @param {string} [around]
 * @param {boolean} [isInList]
 */
export function direct(node, around = "ltr", isInList = false) {
  let own = around;
  if (BLOCKS.has(node.tag) && !(isInList && LISTS.has(node.tag))) {
    own = directionOf(node) || around;
    if (own === around) delete node.attributes.dir;
    else node.attributes.dir = own;
  } else if (PARTS.has(node.tag)) {
    isolate(node, around);
    return;
  }
  for (const child of node.children.slice(node.stable)) {
    if (typeof child !== "string") direct(child, own, isInList || LISTS.has(node.tag));
  }
}

/** @param {Node} node @param {string} around */
function isolate(node, around) {
  const [only] = node.children;
  if (only instanceof Node && only.tag === "span") node.children = only.children;
  const own = directionOf(node);
  const isOther = own !== "" && own !== around;
  if (isOther && node.settled === 0) node.children = [new Node("span", node.children, { dir: own })];
}

/** @param {Node} node @returns {string} the direction of most letters of an element; empty if it has none */
function directionOf(node) {
  const { all, rightToLeft } = lettersOf(node);
  if (all === 0) return "";
  return rightToLeft * 2 > all ? "rtl" : "ltr";
}

/**
 * Count the letters outside of code and addresses; those of children that are stable only once.
 * @param {Child} child
 * @returns {Letters}
 */
function lettersOf(child) {
  if (typeof child === "string") return { all: count(child, LETTER), rightToLeft: count(child, RIGHT_TO_LEFT) };
  if (child.tag === "code" || child.tag === "sup" || child.children[0] === child.attributes.href) {
    return { all: 0, rightToLeft: 0 };
  }
  for (; child.counted < child.stable; child.counted += 1) {
    child.letters = sum(child.letters, child.children[child.counted]);
  }
  return child.children.slice(child.stable).reduce(sum, child.letters);
}

/** @param {Letters} letters @param {Child} child @returns {Letters} */
function sum({ all, rightToLeft }, child) {
  const more = lettersOf(child);
  return { all: all + more.all, rightToLeft: rightToLeft + more.rightToLeft };
}

/** @param {string} text @param {RegExp} expression @returns {number} */
function count(text, expression) {
  return text.match(expression)?.length ?? 0;
}
