/**
 * @import { Markers } from "./markers.js"
 * @import { Child, Node } from "./node.js"
 */

const TEXT_NODE = 3;
const HOLDERS = new Set([
  "blockquote", "code", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "table", "tbody", "td", "th",
  "thead", "tr", "ul",
]);

/**
 * Shows the tree of an answer while it grows: elements of a fixed set, and text nodes. It never parses HTML.
 *
 * What is on the page already stays there: only what has changed behind the stable children of an element is replaced.
 */
export class MarkdownView {
  #document;
  #root;
  /** @type {Markers | null} */ #markers;
  /** @type {WeakMap<Element, Record<string, string>>} */ #attributes = new WeakMap();

  /**
   * @param {Element} root an empty element
   * @param {Markers | null} [markers] tell which numbers in brackets are markers; without them all are
   */
  constructor(root, markers = null) {
    this.#markers = markers;
    this.#document = root.ownerDocument;
    this.#root = root;
  }

  /** The innermost element at the end that holds blocks or text, for what follows the text. */
  get innermost() {
    let element = this.#root;
    for (let last = element.lastChild; isHolder(last); last = element.lastChild) element = last;
    return element;
  }

  /** @param {Node} tree */
  show(tree) {
    tree.element = this.#root;
    this.#fill(this.#root, tree, tree.stable);
  }

  /** @param {Element} element @param {Node} node @param {number} stable */
  #fill(element, node, stable) {
    const children = node.children.slice(stable);
    let at = stable + (stable > 0 ? surplus(node) : 0);
    for (const child of children) {
      if (typeof child !== "string" && child.tag === "") at = this.#fillPart(element, child, at);
      else this.#put(element, child, at++);
    }
    while (element.childNodes.length > at) element.removeChild(/** @type {ChildNode} */ (element.lastChild));
  }

  /** Show the text of an item, which has no element. @param {Element} element @param {Node} part @param {number} at */
  #fillPart(element, part, at) {
    const stable = part.element === element ? part.stable : 0;
    part.element = element;
    let next = at + stable;
    for (const child of part.children.slice(stable)) this.#put(element, child, next++);
    return next;
  }

  /** @param {Element} parent @param {Child} child @param {number} at */
  #put(parent, child, at) {
    const there = parent.childNodes[at] ?? null;
    if (typeof child === "string") this.#putText(parent, child, there);
    else if (this.#isText(child)) this.#putText(parent, `[${child.children[0]}]`, there);
    else this.#putElement(parent, child, there);
  }

  /** @param {Node} node @returns {boolean} whether it is a number in brackets that is no marker */
  #isText(node) {
    return node.attributes.class === "marker" && this.#markers?.take(Number(node.children[0])) === false;
  }

  /** @param {Element} parent @param {string} text @param {ChildNode | null} there */
  #putText(parent, text, there) {
    if (!isText(there)) {
      replace(parent, this.#document.createTextNode(text), there);
    } else if (there.data !== text) {
      if (text.startsWith(there.data)) there.appendData(text.slice(there.data.length));
      else there.data = text;
    }
  }

  /** @param {Element} parent @param {Node} node @param {ChildNode | null} there */
  #putElement(parent, node, there) {
    const isSame = isElement(there) && there.localName === node.tag;
    const element = isSame ? there : this.#document.createElement(node.tag);
    if (!isSame) replace(parent, element, there);
    this.#setAttributes(element, node.attributes);
    const stable = node.element === element ? node.stable : 0;
    node.element = element;
    this.#fill(element, node, stable);
  }

  /** @param {Element} element @param {Record<string, string>} attributes */
  #setAttributes(element, attributes) {
    const before = this.#attributes.get(element);
    const names = Object.keys(attributes);
    if (before === undefined && names.length === 0) return;
    for (const name of Object.keys(before ?? {})) if (!(name in attributes)) element.removeAttribute(name);
    for (const name of names) {
      if (before?.[name] !== attributes[name]) element.setAttribute(name, attributes[name]);
    }
    this.#attributes.set(element, { ...attributes });
  }
}

/** @param {Node} node @returns {number} how many nodes more than children its first child has: the text of an item */
function surplus({ children: [first] }) {
  return typeof first !== "string" && first.tag === "" ? first.children.length - 1 : 0;
}

/** @param {Element} parent @param {Text | Element} node @param {ChildNode | null} there */
function replace(parent, node, there) {
  parent.insertBefore(node, there);
  if (there) parent.removeChild(there);
}

/** @param {ChildNode | null} node @returns {node is Text} */
function isText(node) {
  return node?.nodeType === TEXT_NODE;
}

/** @param {ChildNode | null} node @returns {node is Element} */
function isElement(node) {
  return node !== null && node.nodeType !== TEXT_NODE;
}

/** @param {ChildNode | null} node @returns {node is Element} */
function isHolder(node) {
  if (!isElement(node) || !HOLDERS.has(node.localName)) return false;
  return node.localName !== "code" || node.parentElement?.localName === "pre";
}
