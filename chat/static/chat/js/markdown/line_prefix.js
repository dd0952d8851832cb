/** @import { Blocks } from "./blocks.js" */

export const TAB = 4;

/** The beginning of a line: its indentation, and how many of the open containers the line continues. */
export class LinePrefix {
  /** The columns in front of the content, without those that indent the containers. */
  indent = 0;
  /** How many of the open containers the line continues. */
  kept = 0;

  /** @type {Blocks} */ #blocks;
  #skipsSpace = false;

  /** @param {Blocks} blocks */
  constructor(blocks) {
    this.#blocks = blocks;
  }

  /** Begin a new line. */
  reset() {
    this.indent = 0;
    this.kept = 0;
    this.#skipsSpace = false;
  }

  /** @param {string} character a space or a tab */
  indentBy(character) {
    if (!this.#skipsSpace) this.indent += character === " " ? 1 : TAB - (this.indent % TAB);
    this.#skipsSpace = false;
  }

  /**
   * Continue the open containers that this line belongs to.
   * @param {string} character the first one that is not blank
   * @returns {boolean} whether it is the marker of a container
   */
  enters(character) {
    this.#skipsSpace = false;
    while (this.kept < this.#blocks.depth) {
      const { isItem, width } = this.#blocks.container(this.kept);
      if (isItem && this.indent >= width) {
        this.indent -= width;
        this.kept += 1;
      } else if (!isItem && character === ">" && this.indent < TAB) {
        this.enterQuote();
        return true;
      } else {
        return false;
      }
    }
    return false;
  }

  /** Continue inside a quote; one space after its marker belongs to the marker. */
  enterQuote() {
    this.kept += 1;
    this.indent = 0;
    this.#skipsSpace = true;
  }

  /** Continue inside the item that was just opened. */
  enterItem() {
    this.kept = this.#blocks.depth;
    this.indent = 0;
  }
}
