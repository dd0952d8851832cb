import { TAB } from "./line_prefix.js";

/** @import { MarkdownView } from "./markdown_view.js" */

/** Parses the lines of a fenced code block: everything is text until the closing fence. */
export class Fence {
  /** @type {MarkdownView} */ #view;
  /** @type {string} */ #mark;
  /** @type {number} */ #size;
  /** @type {number} */ #indent;
  #breaks = 0;
  #lineIndent = 0;
  /** The beginning of a line that may be the closing fence. */
  #held = "";
  #mayClose = false;
  #run = 0;

  /**
   * @param {MarkdownView} view shows the code
   * @param {string} run the opening fence
   * @param {number} indent the columns in front of it, which are removed from each line of code
   */
  constructor(view, run, indent) {
    this.#view = view;
    this.#mark = run.charAt(0);
    this.#size = run.length;
    this.#indent = indent;
  }

  /**
   * Begin a line that is not blank.
   * @param {number} indent the columns in front of it
   */
  startLine(indent) {
    this.#lineIndent = indent;
    this.#held = "";
    this.#run = 0;
    this.#mayClose = true;
    if (indent >= TAB) this.#startText();
  }

  /** @param {string} text the next part of the line */
  text(text) {
    let at = 0;
    while (this.#mayClose && at < text.length) {
      if (this.#isOfFence(text[at])) at += 1;
      else this.#startText();
    }
    if (!this.#mayClose) this.#view.text(text.slice(at));
  }

  /**
   * End a line that is not blank.
   * @returns {boolean} whether it closes the block
   */
  endLine() {
    if (this.#mayClose && this.#run >= this.#size) return true;
    if (this.#mayClose) this.#startText();
    this.lineBreak();
    return false;
  }

  /** Break the line. The break is shown together with the next line, so that none is left at the end. */
  lineBreak() {
    this.#breaks += 1;
  }

  /**
   * Hold a character that may belong to the closing fence: one of its marks, or a space after them.
   * @param {string} character
   * @returns {boolean} false if it cannot, and the line is code
   */
  #isOfFence(character) {
    const isMark = character === this.#mark && this.#held.length === this.#run;
    if (!isMark && (character !== " " || this.#run === 0)) return false;
    this.#run += isMark ? 1 : 0;
    this.#held += character;
    return true;
  }

  /** Show what was held of the line, which is code. */
  #startText() {
    this.#mayClose = false;
    this.#view.text("\n".repeat(this.#breaks) + " ".repeat(Math.max(0, this.#lineIndent - this.#indent)) + this.#held);
    this.#breaks = 0;
  }
}
