const TAB = 4;

/** Reads the lines of a fenced code block: everything is text until the fence that closes it. */
export class Fence {
  #view;
  #mark;
  #size;
  #indent;
  #breaks = 0;
  #run = 0;
  #isRun = true;

  /**
   * @param {object} view where it is shown: see ``MarkdownView``
   * @param {string} run what opened it
   * @param {number} indent the columns before it, which the lines of the code do without
   */
  constructor(view, run, indent) {
    this.#view = view;
    this.#mark = run[0];
    this.#size = run.length;
    this.#indent = indent;
  }

  /** Whether a line that is indented by so many columns and begins like this may be the closing fence. */
  mayClose(character, indent) {
    this.#run = 0;
    this.#isRun = true;
    return indent < TAB && this.mayGoOn(character);
  }

  /** Whether it may still be, with one more character. */
  mayGoOn(character) {
    if (character === " " && this.#run > 0) this.#isRun = false;
    else if (character !== this.#mark || !this.#isRun) return false;
    else this.#run += 1;
    return true;
  }

  /** Whether it was: the run is as long as the one that opened the block. */
  isClosed() {
    return this.#run >= this.#size;
  }

  /** A line break is shown with the line behind it, so that none hangs at the end. */
  lineBreak() {
    this.#breaks += 1;
  }

  /** Begins a line of code that is indented by so many columns. */
  startLine(indent) {
    this.#view.text("\n".repeat(this.#breaks) + " ".repeat(Math.max(0, indent - this.#indent)));
    this.#breaks = 0;
  }

  text(text) {
    this.#view.text(text);
  }
}
