const NODE_LENGTH = 1_024;
const LONGEST_NODE = 4_096;
const TEXT_NODE = 3;

/**
 * Shows Markdown while it is parsed: elements of a fixed set, and text nodes. It never parses HTML.
 *
 * Text is buffered until ``flush``. A long text becomes several nodes, because appending to a node costs its length.
 */
export class MarkdownView {
  /** @type {Document} */ #document;
  /** @type {Element} */ #root;
  /** @type {Element[]} the open elements, the innermost last */ #open = [];
  #buffer = "";

  /** @param {Element} root an empty element */
  constructor(root) {
    this.#document = root.ownerDocument;
    this.#root = root;
  }

  /** The innermost open element, which the next text goes into. */
  get innermost() {
    return this.#open.at(-1) ?? this.#root;
  }

  /**
   * @param {string} tag
   * @returns {Element} the new innermost element
   */
  open(tag) {
    const element = this.#add(tag);
    this.#open.push(element);
    return element;
  }

  /** @param {Element} element the innermost one */
  close(element) {
    this.flush();
    if (this.#open.pop() !== element) throw new Error(`<${element.localName}> is not the innermost element.`);
  }

  /** @param {string} text */
  text(text) {
    this.#buffer += text;
  }

  /** @param {string} number */
  marker(number) {
    const marker = this.#add("sup");
    marker.setAttribute("class", "marker");
    marker.appendChild(this.#document.createTextNode(number));
  }

  lineBreak() {
    this.#add("br");
  }

  rule() {
    this.#add("hr");
  }

  /** @param {Element} list @param {number} start */
  startAt(list, start) {
    if (start !== 1) list.setAttribute("start", String(start));
  }

  /** @param {Element} anchor @param {string} href checked by ``safeHref`` */
  link(anchor, href) {
    anchor.setAttribute("href", href);
    anchor.setAttribute("rel", "noopener noreferrer nofollow");
    anchor.setAttribute("target", "_blank");
  }

  /**
   * Replace an element, open or just closed, by the text that opened it and its content.
   * @param {Element} element
   * @param {string} text
   */
  unwrap(element, text) {
    this.flush();
    const parent = element.parentNode;
    if (parent === null) return;
    if (text !== "") parent.insertBefore(this.#document.createTextNode(text), element);
    while (element.firstChild) parent.insertBefore(element.firstChild, element);
    parent.removeChild(element);
    this.#open = this.#open.filter((open) => open !== element);
  }

  /** Write the buffered text to the page. */
  flush() {
    if (this.#buffer === "") return;
    const text = this.#buffer;
    this.#buffer = "";
    let at = 0;
    while (at < text.length) at += this.#append(text, at);
  }

  /** @param {string} tag @returns {Element} */
  #add(tag) {
    this.flush();
    return this.innermost.appendChild(this.#document.createElement(tag));
  }

  /**
   * Append as much as fits into the last text node, or start another one.
   * @param {string} text
   * @param {number} at
   * @returns {number} the number of characters appended
   */
  #append(text, at) {
    const parent = this.innermost;
    const last = parent.lastChild;
    const hasRoom = isText(last) && !isFull(last.data);
    const node = hasRoom ? last : parent.appendChild(this.#document.createTextNode(""));
    const size = roomIn(node.data.length, text, at);
    node.appendData(text.slice(at, at + size));
    return size;
  }
}

/** @param {ChildNode | null} node @returns {node is Text} */
function isText(node) {
  return node?.nodeType === TEXT_NODE;
}

/**
 * Return whether a node is complete: it ends after a space, so that ligatures and joined letters stay in one node, or
 * anywhere once it is too long.
 * @param {string} data
 * @returns {boolean}
 */
function isFull(data) {
  return (data.length >= NODE_LENGTH && isSpace(data.slice(-1))) || data.length >= LONGEST_NODE;
}

/**
 * Return how many characters from ``at`` on fit into a node of this length: the same however the text was split.
 * @param {number} length
 * @param {string} text
 * @param {number} at
 * @returns {number}
 */
function roomIn(length, text, at) {
  const end = Math.min(text.length, at + LONGEST_NODE - length);
  for (let next = Math.max(at, at + NODE_LENGTH - length - 1); next < end; next += 1) {
    if (isSpace(text[next])) return next + 1 - at;
  }
  return (isHighSurrogate(text, end - 1) ? end + 1 : end) - at;
}

/** @param {string} character @returns {boolean} */
function isSpace(character) {
  return character === " " || character === "\n";
}

/** @param {string} text @param {number} at @returns {boolean} */
function isHighSurrogate(text, at) {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}
