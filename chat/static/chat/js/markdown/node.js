/** The tree of an answer. */

/**
 * @typedef {Node | string} Child
 * @typedef {{all: number, rightToLeft: number}} Letters
 */

/** An element. Without a tag it is the text of a list item, whose children stand directly in the item. */
export class Node {
  tag;
  children;
  attributes;
  /** How many of its first children will not change any more, and are on the page. */
  stable = 0;
  /** How many of its first children are not replaced while it grows. */
  settled = 0;
  /** @type {Letters} the letters of the first children, as many as ``counted`` */ letters = { all: 0, rightToLeft: 0 };
  counted = 0;
  /** @type {Element | null} */ element = null;

  /**
   * @param {string} tag
   * @param {Child[]} [children]
   * @param {Record<string, string>} [attributes]
   */
  constructor(tag, children = [], attributes = {}) {
    this.tag = tag;
    this.children = children;
    this.attributes = attributes;
  }

  /**
   * Say that all but its first children may change again.
   * @param {number} stable
   */
  unsettle(stable) {
    this.stable = Math.min(this.stable, stable);
    this.settled = Math.min(this.settled, stable);
    if (this.counted <= stable) return;
    this.counted = 0;
    this.letters = { all: 0, rightToLeft: 0 };
  }

  /**
   * Append an element, and return it.
   * @param {string} tag
   * @param {Record<string, string>} [attributes]
   * @returns {Node}
   */
  open(tag, attributes = {}) {
    const node = new Node(tag, [], attributes);
    this.children.push(node);
    return node;
  }
}

/**
 * Return children with adjacent texts as one, and without empty ones.
 * @param {Child[]} children
 * @returns {Child[]}
 */
export function joined(children) {
  /** @type {Child[]} */
  const whole = [];
  for (const child of children) {
    const last = whole.at(-1);
    if (typeof child === "string" && typeof last === "string") whole[whole.length - 1] = last + child;
    else if (child !== "") whole.push(child);
  }
  return whole;
}

/**
 * Return the text of a tree.
 * @param {Child[]} children
 * @returns {string}
 */
export function textOf(children) {
  return children.map((child) => (typeof child === "string" ? child : textOf(child.children))).join("");
}
