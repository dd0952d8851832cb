import { Inline } from "./inline.js";

/** @import { MarkdownView } from "./markdown_view.js" */

export const Leaf = Object.freeze({ PARAGRAPH: "paragraph", HEADING: "heading", CODE: "code", TABLE: "table" });

/**
 * @typedef {(typeof Leaf)[keyof typeof Leaf]} Leaf
 * @typedef {{mark: string, element: Element}} List ``mark`` is that of its items
 * @typedef {{isItem: boolean, width: number, isEmpty: boolean, element: Element, list: List | null}} Container
 *   ``width``: the columns by which the content of an item is indented; ``list``: what an item belongs to
 */

/**
 * The blocks that are open while Markdown is read: containers (quotes and list items) inside each other, and one leaf
 * with text.
 *
 * A caller that opens a block passes the number of containers that continue (``kept``); the others are closed first.
 */
export class Blocks {
  /** Parses the text of the leaf. */
  inline;
  /** @type {Leaf | null} */ leaf = null;

  /** @type {MarkdownView} */ #view;
  /** @type {Container[]} */ #containers = [];
  /** @type {Element[]} the elements of the leaf, the innermost last */ #leafElements = [];

  /** @param {MarkdownView} view shows the blocks */
  constructor(view) {
    this.#view = view;
    this.inline = new Inline(view);
  }

  /** The number of open containers. */
  get depth() {
    return this.#containers.length;
  }

  /** @param {number} index @returns {Container} */
  container(index) {
    return this.#containers[index];
  }

  /**
   * @param {number} index
   * @returns {number} the index of the first quote from ``index`` on; ``depth`` if there is none
   */
  quoteFrom(index) {
    const found = this.#containers.findIndex(({ isItem }, at) => at >= index && !isItem);
    return found < 0 ? this.depth : found;
  }

  /** @param {number} kept */
  openQuote(kept) {
    this.#make(kept);
    const element = this.#view.open("blockquote");
    this.#containers.push({ isItem: false, width: 0, isEmpty: true, element, list: null });
  }

  /**
   * @param {number} kept
   * @param {{mark: string, start: number | null, width: number}} marker ``start`` null for a bullet
   */
  openItem(kept, { mark, start, width }) {
    const list = this.#siblings(kept, mark) ?? this.#openList(kept, mark, start);
    this.#containers.push({ isItem: true, width, isEmpty: true, element: this.#view.open("li"), list });
  }

  /** @param {number} columns to indent the content of the innermost item by in addition */
  widen(columns) {
    const item = this.#containers.at(-1);
    if (item) item.width += columns;
  }

  /** @param {number} kept */
  openParagraph(kept) {
    this.closeLeaf();
    this.closeTo(kept);
    const container = this.#containers.at(-1);
    this.#openLeaf(Leaf.PARAGRAPH, kept, container?.isItem && container.isEmpty ? [] : ["p"]);
  }

  /** @param {number} kept @param {number} level */
  openHeading(kept, level) {
    this.#openLeaf(Leaf.HEADING, kept, [`h${level}`]);
  }

  /** @param {number} kept */
  openCode(kept) {
    this.#openLeaf(Leaf.CODE, kept, ["pre", "code"]);
  }

  /** @param {number} kept */
  openTable(kept) {
    this.#openLeaf(Leaf.TABLE, kept, ["table"]);
  }

  /**
   * Open the part of the table that its next row goes into, if it is not open.
   * @param {"thead" | "tbody"} part
   */
  openRows(part) {
    const [table, open] = this.#leafElements;
    if (open?.localName === part) return;
    if (open) this.#view.close(open);
    this.#leafElements = [table, this.#view.open(part)];
  }

  /** @param {number} kept */
  addRule(kept) {
    this.#make(kept);
    this.#view.rule();
  }

  closeLeaf() {
    if (this.leaf === null) return;
    this.inline.end();
    this.leaf = null;
    for (const element of this.#leafElements.reverse()) this.#view.close(element);
    this.#leafElements = [];
  }

  /**
   * Close the containers from this index on, and with the first of them the leaf.
   * @param {number} kept
   */
  closeTo(kept) {
    while (this.depth > kept) {
      const list = this.#closeContainer();
      if (list) this.#view.close(list.element);
    }
  }

  /** @param {number} kept */
  #make(kept) {
    this.closeLeaf();
    this.closeTo(kept);
    const container = this.#containers.at(-1);
    if (container) container.isEmpty = false;
  }

  /** @param {Leaf} leaf @param {number} kept @param {string[]} tags */
  #openLeaf(leaf, kept, tags) {
    this.#make(kept);
    this.#leafElements = tags.map((tag) => this.#view.open(tag));
    this.leaf = leaf;
  }

  /**
   * Close the last item of the list that an item with this mark joins.
   * @param {number} kept
   * @param {string} mark
   * @returns {List | null} null if it begins a list of its own
   */
  #siblings(kept, mark) {
    if (this.#containers[kept]?.list?.mark !== mark) return null;
    this.closeLeaf();
    this.closeTo(kept + 1);
    return this.#closeContainer();
  }

  /** @param {number} kept @param {string} mark @param {number | null} start @returns {List} */
  #openList(kept, mark, start) {
    this.#make(kept);
    const element = this.#view.open(start === null ? "ul" : "ol");
    if (start !== null) this.#view.startAt(element, start);
    return { mark, element };
  }

  /** @returns {List | null} the list of the innermost container, which stays open */
  #closeContainer() {
    this.closeLeaf();
    const container = this.#containers.pop();
    if (container === undefined) return null;
    this.#view.close(container.element);
    return container.list;
  }
}
