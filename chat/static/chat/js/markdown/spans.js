import { EMPHASIS, isPair } from "./delimiters.js";

/**
 * @import { Run } from "./delimiters.js"
 * @import { MarkdownView } from "./markdown_view.js"
 * @typedef {{mark: string, size: number, source: string, run: Run | null, element: Element}} Span
 */

const DEEPEST = 8;

export const LINK = "[";
export const IMAGE = "![";

/** The open spans of a block: emphasis, code, and possible links. */
export class Spans {
  /** @type {MarkdownView} */ #view;
  /** @type {Span[]} the innermost last */ #open = [];

  /** @param {MarkdownView} view shows the spans */
  constructor(view) {
    this.#view = view;
  }

  /** The length of the backtick run that opened the innermost span, which is code. */
  get codeSize() {
    return this.#open.at(-1)?.size ?? 0;
  }

  /** @param {number} size */
  openCode(size) {
    this.#push("code", "`", size);
  }

  /**
   * Open the text of a link or an image. A link that is already open turns into text.
   * @param {typeof LINK | typeof IMAGE} mark
   */
  openLink(mark) {
    if (this.hasLink()) this.refuseLink();
    this.#push("a", mark, 1, mark);
  }

  hasLink() {
    return this.#link() >= 0;
  }

  /** Turn the open link into text, and restore its bracket. */
  refuseLink() {
    this.#putBack(this.#link());
  }

  /**
   * Close the open link, or turn an image into its description: images are never loaded.
   * @param {string} href
   * @returns {boolean} whether it was a link
   */
  closeLink(href) {
    const { mark, element } = this.#open[this.#link()];
    if (mark === LINK) this.#view.link(element, href);
    this.#close(this.#link());
    if (mark === IMAGE) this.#view.unwrap(element, "");
    return mark === LINK;
  }

  /** Close the innermost span. */
  close() {
    this.#close(this.#open.length - 1);
  }

  /**
   * Close the spans that a run can close, preferring one of its own length.
   * @param {Run} run
   * @returns {number} the number of marks left over
   */
  closeEmphasis(run) {
    const same = this.#open.findLastIndex((span) => span.size === run.length && isPair(span.run, run));
    if (same >= 0) {
      this.#close(same);
      return 0;
    }
    let rest = run.length;
    for (let index = this.#open.length - 1; index >= 0; index -= 1) {
      const span = this.#open[index];
      if (span.size <= rest && isPair(span.run, run)) {
        this.#close(index);
        rest -= span.size;
      }
    }
    return rest;
  }

  /**
   * Open emphasis with ``count`` marks of a run.
   * @param {Run} run
   * @param {number} count
   * @returns {number} the number of marks left over: none or all
   */
  openEmphasis(run, count) {
    const sizes = count === 3 ? [1, 2] : [count];
    const tags = EMPHASIS[run.mark];
    if (sizes.some((size) => !tags[size]) || this.#open.length >= DEEPEST) return count;
    for (const size of sizes) this.#push(tags[size], run.mark, size, run.mark.repeat(size), run);
    return 0;
  }

  /** Turn an open link into its text: its address will not come. */
  dropLink() {
    const index = this.#link();
    if (index < 0) return;
    const [span] = this.#open.splice(index, 1);
    this.#view.unwrap(span.element, "");
  }

  /** End the block, and restore the characters of spans that are still open. */
  end() {
    while (this.#open.length > 0) this.#putBack(this.#open.length - 1);
  }

  #link() {
    return this.#open.findLastIndex(({ mark }) => mark === LINK || mark === IMAGE);
  }

  /** @param {string} tag @param {string} mark @param {number} size @param {string} source @param {Run | null} run */
  #push(tag, mark, size, source = mark.repeat(size), run = null) {
    this.#open.push({ mark, size, source, run, element: this.#view.open(tag) });
  }

  /** @param {number} index */
  #close(index) {
    while (this.#open.length - 1 > index) this.#putBack(this.#open.length - 1);
    const span = this.#open.pop();
    if (span) this.#view.close(span.element);
  }

  /** @param {number} index */
  #putBack(index) {
    const [span] = this.#open.splice(index, 1);
    this.#view.unwrap(span.element, span.source);
  }
}
