import { readInline } from "./inline.js";
import { Kind } from "./leaf.js";
import { sized } from "./sizes.js";
import { cellsOf, filled } from "./tables.js";

/** @import { Node } from "./node.js" */

/** A table: each row is read as it comes, and its last cell once more when it is complete. */
export class Table {
  kind = Kind.TABLE;
  node;

  #columns;
  /** @type {Node | null} */ #body = null;
  /** @type {{node: Node, text: string} | null} */ #last = null;

  /** @param {Node} node @param {string[]} columns the alignment of each @param {string} head */
  constructor(node, columns, head) {
    this.node = node;
    this.#columns = columns;
    this.#addRow(node.open("thead"), "th", head);
  }

  /** @param {string} line */
  add(line) {
    this.show(false);
    this.#body ??= this.node.open("tbody");
    this.#addRow(this.#body, "td", line);
  }

  grow() {
    throw new Error("A row must be read again when it has grown.");
  }

  /** @returns {() => void} */
  snapshot() {
    const [body, last] = [this.#body, this.#last];
    const rows = body?.children.length ?? 0;
    const parts = this.node.children.length;
    return () => {
      [this.#body, this.#last] = [body, last];
      this.node.children.length = parts;
      this.node.unsettle(parts);
      if (body) body.children.length = rows;
      body?.unsettle(rows);
    };
  }

  /** @returns {[Node, number][]} */
  settled() {
    return this.#body ? [[this.node, 1], [this.#body, this.#body.children.length - 1]] : [];
  }

  /** @param {boolean} isHalf */
  show(isHalf) {
    this.#readLast(isHalf, isHalf);
  }

  /** @param {boolean} isHalf */
  finish(isHalf) {
    this.#readLast(isHalf, false);
  }

  /** @param {boolean} isHalf @param {boolean} isGrowing */
  #readLast(isHalf, isGrowing) {
    if (this.#last) this.#last.node.children = sized(readInline(this.#last.text, isHalf, isGrowing).children);
  }

  /** @param {Node} part @param {"th" | "td"} tag @param {string} line */
  #addRow(part, tag, line) {
    const row = part.open("tr");
    const cells = cellsOf(line);
    for (const [at, cell] of filled(cells, this.#columns.length).entries()) {
      const align = this.#columns[at] ?? "";
      const node = row.open(tag, align === "" ? {} : { align });
      node.children = sized(readInline(cell).children);
      if (at === cells.length - 1) this.#last = { node, text: cell };
    }
  }
}
