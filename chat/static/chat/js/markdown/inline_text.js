/** @import { MarkdownView } from "./markdown_view.js" */

/** Writes the text of a block. It holds spaces until text follows, because those at the end of a line are dropped. */
export class InlineText {
  /** The last character that was written; "\n" at the beginning of a line. */
  last = "\n";

  /** @type {MarkdownView} */ #view;
  #spaces = 0;

  /** @param {MarkdownView} view */
  constructor(view) {
    this.#view = view;
  }

  /** The character in front of the next one. */
  get previous() {
    return this.#spaces > 0 ? " " : this.last;
  }

  /** Whether the line ends in two spaces, which make a line break. */
  get breaksLine() {
    return this.#spaces >= 2;
  }

  /** Begin another block. */
  reset() {
    this.last = "\n";
    this.#spaces = 0;
  }

  /** @param {string} text */
  write(text) {
    this.writeSpaces();
    this.#view.text(text);
    this.last = text.at(-1) ?? this.last;
  }

  space() {
    if (this.last !== "\n") this.#spaces += 1;
  }

  writeSpaces() {
    if (this.#spaces === 0) return;
    this.#view.text(" ".repeat(this.#spaces));
    this.last = " ";
    this.#spaces = 0;
  }

  /** @param {boolean} isHard whether to show a line break */
  newLine(isHard) {
    this.reset();
    if (isHard) this.#view.lineBreak();
    else this.#view.text("\n");
  }
}
