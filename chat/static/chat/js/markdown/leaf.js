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
 * An open block with text: ``add`` takes a line, ``grow`` more of the last line without looking at its beginning.
 *
 * ``snapshot`` returns what restores the block as it is now; ``settled`` returns elements, and how many of their
 * children will not change any more. ``show`` shows the end of the block; with ``isHalf`` it may go on. ``finish`` shows
 * all of it; with ``isHalf`` it has broken off.
 *
 * @typedef {{kind: Kind, node: Node, add: (line: string) => void, grow: (text: string) => void,
 *   snapshot: () => () => void, settled: () => [Node, number][], show: (isHalf: boolean) => void,
 *   finish: (isHalf: boolean) => void}} Leaf
 */
