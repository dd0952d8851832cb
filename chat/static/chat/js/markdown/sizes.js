/** Long texts as several: appending to a text node costs its length. */

import { Node } from "./node.js";

/** @import { Child } from "./node.js" */

const SHORTEST = 512;
const LONGEST = 1_024;
const BLANK = /[ \n]/u;

/**
 * Return the children with each long text as several: the same however the text was split.
 * @param {Child[]} children
 * @returns {Child[]}
 */
export function sized(children) {
  let isLong = false;
  for (const child of children) {
    if (child instanceof Node) child.children = sized(child.children);
    else isLong ||= child.length > SHORTEST;
  }
  return isLong ? children.flatMap((child) => (child instanceof Node ? [child] : piecesOf(child))) : children;
}

/** @param {string} text @returns {Child[]} */
function piecesOf(text) {
  /** @type {Child[]} */
  const pieces = [];
  let at = 0;
  for (let end = pieceEnd(text, at); end > 0; end = pieceEnd(text, at)) {
    pieces.push(text.slice(at, end));
    at = end;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
}

/**
 * Return where the piece that begins at ``at`` ends: behind a space, so that joined letters stay together, or anywhere
 * once it is too long.
 * @param {string} text
 * @param {number} at
 * @returns {number} 0 if the text may go on with this piece
 */
export function pieceEnd(text, at) {
  const longest = at + LONGEST;
  const blank = text.slice(at + SHORTEST - 1, longest).search(BLANK);
  if (blank >= 0) return at + SHORTEST + blank;
  if (text.length <= longest) return 0;
  return (text.charCodeAt(longest - 1) & 0xfc00) === 0xd800 ? longest + 1 : longest;
}
