/**
 * @import { Inline } from "./inline.js"
 * @import { MarkdownView } from "./markdown_view.js"
 */

/** Parses one row of a table, after its first ``|``. */
export class TableRow {
  /** @type {MarkdownView} */ #view;
  /** @type {Inline} */ #inline;
  /** @type {"th" | "td"} */ #tag;
  /** @type {Element} */ #row;
  /** @type {Element | null} */ #cell = null;
  #isEscaped = false;

  /**
   * @param {MarkdownView} view shows the row
   * @param {Inline} inline parses the text of a cell
   * @param {"th" | "td"} tag of its cells
   */
  constructor(view, inline, tag) {
    this.#view = view;
    this.#inline = inline;
    this.#tag = tag;
    this.#row = view.open("tr");
  }

  /** @param {string} text without line breaks */
  feed(text) {
    for (const character of text) this.#take(character);
  }

  end() {
    if (this.#isEscaped) this.#inline.feed("\\");
    this.#closeCell();
    this.#view.close(this.#row);
  }

  /** @param {string} character */
  #take(character) {
    if (this.#isEscaped) {
      this.#isEscaped = false;
      this.#inline.feed(character === "|" ? "|" : `\\${character}`);
    } else if (character === "\\") {
      this.#openCell();
      this.#isEscaped = true;
    } else if (character === "|") {
      this.#openCell();
      this.#closeCell();
    } else if (this.#cell || (character !== " " && character !== "\t")) {
      this.#openCell();
      this.#inline.feed(character);
    }
  }

  #openCell() {
    this.#cell ??= this.#view.open(this.#tag);
  }

  #closeCell() {
    if (this.#cell === null) return;
    this.#inline.end();
    this.#view.close(this.#cell);
    this.#cell = null;
  }
}
