/** The part of a DOM that the Markdown view uses. It counts operations in proportion to the work of a browser. */

class Node {
  parentNode = null;

  constructor(document) {
    this.ownerDocument = document;
  }
}

class Text extends Node {
  nodeType = 3;

  constructor(document, data) {
    super(document);
    this.data = data;
  }

  get textContent() {
    return this.data;
  }

  /** Append to the text. Browsers copy all of it, so that is what counts. */
  appendData(data) {
    this.data += data;
    this.ownerDocument.operations += this.data.length;
  }
}

class Element extends Node {
  nodeType = 1;
  childNodes = [];
  attributes = {};

  constructor(document, localName) {
    super(document);
    this.localName = localName;
  }

  get firstChild() {
    return this.childNodes[0] ?? null;
  }

  get lastChild() {
    return this.childNodes.at(-1) ?? null;
  }

  get textContent() {
    return this.childNodes.map((child) => child.textContent).join("");
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  appendChild(child) {
    return this.insertBefore(child, null);
  }

  insertBefore(child, next) {
    child.parentNode?.removeChild(child);
    const at = next === null ? this.childNodes.length : this.childNodes.lastIndexOf(next);
    if (at < 0) throw new Error("not a child");
    this.childNodes.splice(at, 0, child);
    child.parentNode = this;
    this.ownerDocument.operations += 1;
    return child;
  }

  removeChild(child) {
    const at = this.childNodes[0] === child ? 0 : this.childNodes.lastIndexOf(child);
    if (at < 0) throw new Error("not a child");
    this.childNodes.splice(at, 1);
    child.parentNode = null;
    this.ownerDocument.operations += 1;
    return child;
  }
}

export class Document {
  operations = 0;

  createElement(localName) {
    this.operations += 1;
    return new Element(this, localName);
  }

  createTextNode(data) {
    this.operations += data.length;
    return new Text(this, data);
  }
}

/** Return the tree as text, the same for equal trees: text nodes in quotes, attributes in brackets. */
export function outline(node) {
  if (node.nodeType === 3) return JSON.stringify(node.data);
  const attributes = Object.entries(node.attributes).map(([name, value]) => `[${name}=${value}]`);
  return `${node.localName}${attributes.join("")}(${node.childNodes.map(outline).join(" ")})`;
}

/** Yield every element below a node. */
export function* elements(node) {
  for (const child of node.childNodes ?? []) {
    if (child.nodeType === 1) yield child;
    yield* elements(child);
  }
}

/** Return the tree as HTML, with adjacent text nodes joined. */
export function html(node) {
  if (node.nodeType === 3) return escaped(node.data);
  const inner = node.childNodes.map(html).join("");
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escaped(value).replaceAll('"', "&quot;")}"`);
  return `<${node.localName}${attributes.join("")}>${inner}</${node.localName}>`;
}

function escaped(text) {
  return text.replace(/[&<>]/gu, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]);
}
