import { Inline } from "./inline.js";

export const Leaf = Object.freeze({ PARAGRAPH: "paragraph", HEADING: "heading", CODE: "code", TABLE: "table" });

/**
 * The blocks that are open while Markdown is read: quotes and list items around each other, and one leaf with text.
 *
 * Whatever opens a block says how many of the boxes around it go on (``kept``); the others are closed first.
 */
export class Blocks {
  /** Reads the text of the leaf. */
  inline;
  /** @type {string | null} one of ``Leaf`` */
  leaf = null;

  #view;
  #boxes = [];
  /** @type {Element[]} what the leaf consists of, the innermost last */
  #leafElements = [];

  /** @param {object} view where the blocks are shown: see ``MarkdownView`` */
  constructor(view) {
    this.#view = view;
    this.inline = new Inline(view);
  }

  /** How many boxes are open. */
  get depth() {
    return this.#boxes.length;
  }

  /** @returns {{isItem: boolean, width: number}} width: the columns by which the content of an item is indented */
  box(index) {
    return this.#boxes[index];
  }

  /** The index of the first quote from ``index`` on; ``depth`` if there is none. */
  quoteFrom(index) {
    const found = this.#boxes.findIndex((box, at) => at >= index && !box.isItem);
    return found < 0 ? this.depth : found;
  }

  openQuote(kept) {
    this.#make(kept);
    this.#boxes.push({ isItem: false, width: 0, isEmpty: true, element: this.#view.open("blockquote") });
  }

  /**
   * @param {number} kept
   * @param {{mark: string, start: number | null, width: number}} marker ``start`` null for a bullet
   */
  openItem(kept, { mark, start, width }) {
    const list = this.#siblings(kept, mark) ?? this.#openList(kept, mark, start);
    this.#boxes.push({ isItem: true, width, isEmpty: true, list, element: this.#view.open("li") });
  }

  /** Sets the width of the item that was opened last, once its content has begun. */
  widen(width) {
    this.#boxes.at(-1).width = width;
  }

  openParagraph(kept) {
    this.closeLeaf();
    this.closeTo(kept);
    const box = this.#boxes.at(-1);
    this.#openLeaf(Leaf.PARAGRAPH, kept, box?.isItem && box.isEmpty ? [] : ["p"]);
  }

  openHeading(kept, level) {
    this.#openLeaf(Leaf.HEADING, kept, [`h${level}`]);
  }

  openCode(kept) {
    this.#openLeaf(Leaf.CODE, kept, ["pre", "code"]);
  }

  openTable(kept) {
    this.#openLeaf(Leaf.TABLE, kept, ["table"]);
  }

  /** Opens the part of the table that its next row goes into, if it is not open. */
  openRows(part) {
    if (this.#leafElements.at(-1).localName === part) return;
    if (this.#leafElements.length > 1) this.#view.close(this.#leafElements.pop());
    this.#leafElements.push(this.#view.open(part));
  }

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

  /** Closes all boxes but the first ``kept``, and with the first of them the leaf. */
  closeTo(kept) {
    while (this.depth > kept) {
      this.#closeBox();
      const { list } = this.#boxes.pop();
      if (list) this.#view.close(list.element);
    }
  }

  #make(kept) {
    this.closeLeaf();
    this.closeTo(kept);
    if (this.depth > 0) this.#boxes.at(-1).isEmpty = false;
  }

  #openLeaf(leaf, kept, tags) {
    this.#make(kept);
    this.#leafElements = tags.map((tag) => this.#view.open(tag));
    this.leaf = leaf;
  }

  /** The list that another item joins; its last item is closed. */
  #siblings(kept, mark) {
    const box = this.#boxes[kept];
    if (box?.list?.mark !== mark) return null;
    this.closeLeaf();
    this.closeTo(kept + 1);
    this.#closeBox();
    return this.#boxes.pop().list;
  }

  #openList(kept, mark, start) {
    this.#make(kept);
    const element = this.#view.open(start === null ? "ul" : "ol");
    if (start !== null) this.#view.startAt(element, start);
    return { mark, element };
  }

  #closeBox() {
    this.closeLeaf();
    this.#view.close(this.#boxes.at(-1).element);
  }
}
