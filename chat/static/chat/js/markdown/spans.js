import { EMPHASIS, isPair } from "./delimiters.js";

const DEEPEST = 8;

export const LINK = "[";
export const IMAGE = "![";

/** The spans that are open in a block: emphasis, code, and what may become a link. */
export class Spans {
  #view;
  /** @type {{mark: string, size: number, source: string, run: object | null, element: Element}[]} innermost last */
  #open = [];

  /** @param {object} view where they are shown: see ``MarkdownView`` */
  constructor(view) {
    this.#view = view;
  }

  /** The length of the run of backticks that opened the code we are in. */
  get codeSize() {
    return this.#open.at(-1).size;
  }

  openCode(size) {
    this.#push("code", "`", size);
  }

  /** Opens the text of a link or an image; what was open of another was no link then. */
  openLink(mark) {
    if (this.hasLink()) this.refuseLink();
    this.#push("a", mark, 1, mark);
  }

  hasLink() {
    return this.#link() >= 0;
  }

  /** It was no link: its bracket is put back. */
  refuseLink() {
    this.#putBack(this.#link());
  }

  /** Makes what is open a link. Returns whether it was one: an image is never loaded, its description becomes text. */
  closeLink(href) {
    const { mark, element } = this.#open[this.#link()];
    if (mark === LINK) this.#view.link(element, href);
    this.#close(this.#link());
    if (mark === IMAGE) this.#view.unwrap(element, "");
    return mark === LINK;
  }

  /** Closes the innermost span. */
  close() {
    this.#close(this.#open.length - 1);
  }

  /**
   * Closes what a run can close, the same length first. Returns what is left of the run.
   * @param {{mark: string, length: number, isBoth: boolean}} run
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

  /** Opens emphasis with ``count`` marks of a run. Returns what is left of them: none, or all. */
  openEmphasis(run, count) {
    const sizes = count === 3 ? [1, 2] : [count];
    const tags = EMPHASIS[run.mark];
    if (sizes.some((size) => !tags[size]) || this.#open.length >= DEEPEST) return count;
    for (const size of sizes) this.#push(tags[size], run.mark, size, run.mark.repeat(size), run);
    return 0;
  }

  /** The block ends: what is still open was meant as it was written. */
  end() {
    while (this.#open.length > 0) this.#putBack(this.#open.length - 1);
  }

  #link() {
    return this.#open.findLastIndex(({ mark }) => mark === LINK || mark === IMAGE);
  }

  #push(tag, mark, size, source = mark.repeat(size), run = null) {
    this.#open.push({ mark, size, source, run, element: this.#view.open(tag) });
  }

  #close(index) {
    while (this.#open.length - 1 > index) this.#putBack(this.#open.length - 1);
    this.#view.close(this.#open.pop().element);
  }

  #putBack(index) {
    const [span] = this.#open.splice(index, 1);
    this.#view.unwrap(span.element, span.source);
  }
}
