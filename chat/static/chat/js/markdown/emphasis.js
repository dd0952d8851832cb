/** The tree of a block, from its items in order: texts, elements, runs of emphasis marks, brackets. */

import { trimmedEnd } from "./blanks.js";
import { Node, joined } from "./node.js";
import { Run, TAGS, pair } from "./runs.js";

/**
 * @import { Bracket } from "./inline.js"
 * @import { Child } from "./node.js"
 * @typedef {Child | Run | Bracket} Item
 */

const DEEPEST = 8;
const KEPT = new Set(["br", "code", "a", "sup"]);

/**
 * Return the tree of items, and the runs that are left open.
 * @param {Item[]} items
 * @param {boolean} [isHalf] whether to close at the end what is open
 * @returns {{children: Child[], open: Run[], innermost: Node | null}} ``innermost``: what is open at the end
 */
export function nested(items, isHalf = false) {
  const runs = items.filter((item) => item instanceof Run);
  const open = pair(runs, isHalf);
  const tree = new Tree(isHalf);
  const closing = isHalf ? completed(open) : [];
  for (const item of items) tree.add(item);
  const { innermost } = tree;
  for (const { mark, size } of closing.reverse()) tree.close(mark, size);
  return { children: isHalf ? withoutEmpty(tree.children()) : tree.children(), open, innermost };
}

/**
 * Make elements of the runs that are open, and return them in the order in which they open.
 * @param {Run[]} open
 * @returns {{mark: string, size: number}[]}
 */
function completed(open) {
  return open.slice(-DEEPEST).flatMap((run) => {
    const sizes = [];
    while (run.count > 0 && !run.isInWord) {
      const size = run.count >= 2 ? 2 : 1;
      sizes.push(size);
      run.count -= size;
    }
    run.opening.push(...sizes);
    return sizes.slice().reverse().map((size) => ({ mark: run.mark, size }));
  });
}

/** Elements inside each other. Those that would be too deep are shown as their marks. */
class Tree {
  #isHalf;
  /** @type {Child[]} */ #root = [];
  /** @type {Node[]} */ #open = [];
  #refused = 0;

  /** @param {boolean} isHalf */
  constructor(isHalf) {
    this.#isHalf = isHalf;
  }

  /** @param {Item} item */
  add(item) {
    if (typeof item === "string" || item instanceof Node) this.#add(item);
    else if (item instanceof Run) this.#run(item);
    else if (!item.isDropped) this.#add(item.mark);
  }

  children() {
    return joined(this.#root);
  }

  /** The innermost element that is open. @returns {Node | null} */
  get innermost() {
    return this.#open.at(-1) ?? null;
  }

  /** @param {string} mark @param {number} size */
  close(mark, size) {
    if (this.#refused > 0) {
      this.#refused -= 1;
      this.#add(mark.repeat(size));
      return;
    }
    const node = this.#open.pop();
    if (node) node.children = joined(node.children);
  }

  /** @param {Run} run */
  #run(run) {
    for (const size of run.closing) this.close(run.mark, size);
    if (run.count > 0 && !(this.#isHalf && run.isLast)) this.#add(run.mark.repeat(run.count));
    for (const size of run.opening.slice().reverse()) this.#openElement(run.mark, size);
  }

  /** @param {string} mark @param {number} size */
  #openElement(mark, size) {
    if (this.#refused > 0 || this.#open.length >= DEEPEST) {
      this.#refused += 1;
      this.#add(mark.repeat(size));
      return;
    }
    const node = new Node(TAGS[mark][size]);
    this.#add(node);
    this.#open.push(node);
  }

  /** @param {Child} child */
  #add(child) {
    (this.#open.at(-1)?.children ?? this.#root).push(child);
  }
}

/**
 * Return a tree without blanks at its end, and without elements there that show nothing.
 * @param {Child[]} children
 * @returns {Child[]}
 */
function withoutEmpty(children) {
  for (let last = children.at(-1); last !== undefined; last = children.at(-1)) {
    if (typeof last === "string") children[children.length - 1] = trimmedEnd(last, " \n");
    else if (!KEPT.has(last.tag)) last.children = withoutEmpty(last.children);
    const kept = children.at(-1);
    if (typeof kept === "string" ? kept !== "" : (kept?.children.length ?? 0) > 0) break;
    children.pop();
  }
  return children;
}
