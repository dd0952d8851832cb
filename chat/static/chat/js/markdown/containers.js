import { TAB, isItem } from "./line.js";

/**
 * @import { Line } from "./line.js"
 * @import { Node } from "./node.js"
 * @typedef {{node: Node, list: Node | null, mark: string, indent: number, width: number}} Container
 *   an open quote, or an item with the columns in front of its mark (``indent``) and of its content (``width``)
 */

/** The open quotes and list items, each in the one before it. */
export class Containers {
  #root;
  /** @type {Container[]} */ #open = [];

  /** @param {Node} root */
  constructor(root) {
    this.#root = root;
  }

  get depth() {
    return this.#open.length;
  }

  /** The element that the next block goes into. */
  get innermost() {
    return this.#open.at(-1)?.node ?? this.#root;
  }

  /** The elements that are open. */
  get elements() {
    return [this.#root, ...this.#open.flatMap(({ node, list }) => (list ? [list, node] : [node]))];
  }

  /** @param {number} index @returns {boolean} whether this one is an item */
  isItem(index) {
    return index >= 0 && this.#open[index].list !== null;
  }

  /** @returns {() => void} what restores them as they are now */
  snapshot() {
    const open = this.#open.slice();
    return () => {
      this.#open = open.slice();
    };
  }

  /** @param {number} kept how many stay open */
  closeTo(kept) {
    this.#open.length = Math.min(kept, this.#open.length);
  }

  /** Go into those that a line continues. @param {Line} line @returns {number} how many these are */
  enter(line) {
    for (const [kept, container] of this.#open.entries()) {
      const { indent, content } = line;
      if (container.list === null) {
        if (indent >= TAB || !content.startsWith(">")) return kept;
        line.enterQuote();
      } else if (content !== "" && !isInside(container, indent, content)) {
        return kept;
      } else {
        line.indentBy(Math.min(indent, container.width));
      }
    }
    return this.depth;
  }

  /** @param {number} index @returns {number} the first quote from there on; -1 if there is none */
  quoteFrom(index) {
    return this.#open.findIndex(({ list }, at) => at >= index && list === null);
  }

  /** @param {number} index @param {string} mark @returns {Node | null} the list that an item with this mark joins */
  listAt(index, mark) {
    const sibling = this.#open[index];
    return sibling?.mark === mark ? sibling.list : null;
  }

  /** @param {Line} line */
  openQuote(line) {
    this.#open.push({ node: this.innermost.open("blockquote"), list: null, mark: "", indent: 0, width: 0 });
    line.enterQuote();
  }

  /** @param {Line} line @param {string} marker @param {Node} list */
  openItem(line, marker, list) {
    const { indent } = line;
    line.skip(marker.length);
    if (line.text.startsWith("\u00a0")) line.text = ` ${line.text.slice(1)}`;
    const padding = line.indent >= 1 && line.indent <= TAB && line.content !== "" ? line.indent : 1;
    const width = indent + marker.length + padding;
    this.#open.push({ node: list.open("li"), list, mark: marker.slice(-1), indent, width });
    line.indentBy(padding);
  }
}

/** @param {Container} item @param {number} indent @param {string} content @returns {boolean} */
function isInside(item, indent, content) {
  return indent >= item.width || (indent >= item.indent + 2 && isItem(content));
}
