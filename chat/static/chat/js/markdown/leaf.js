/** @import { Node } from "./node.js" */

/** The kinds of blocks with text. */
export const Kind = Object.freeze({
  PARAGRAPH: "paragraph",
  HEADING: "heading",
  FENCE: "fence",
  INDENTED: "indented",
  TABLE: "table",
});

/** @typedef {(typeof Kind)[keyof typeof Kind]} Kind */

/**
 * An open block with text.
 *
 * @typedef {object} Leaf
 * @property {Kind} kind
 * @property {Node} node
 * @property {(line: string) => void} add
 * @property {(text: string) => void} grow adds to the last line, without looking at its beginning
 * @property {() => () => void} snapshot returns what restores the block as it is now
 * @property {() => [Node, number][]} settled returns elements, and how many of their children will not change any more
 * @property {(isHalf: boolean) => void} show shows the end of the block; with ``isHalf`` it may go on
 * @property {(isHalf: boolean) => void} finish shows all of the block; with ``isHalf`` it has broken off
 */
