import { flanking } from "./delimiters.js";
import { Destination, Reading } from "./destination.js";
import { InlineText } from "./inline_text.js";
import { safeHref } from "./links.js";
import { IMAGE, LINK, Spans } from "./spans.js";

/**
 * @import { MarkdownView } from "./markdown_view.js"
 * @typedef {(character: string) => void} Mode handles the next character
 */

const END = "";
const PLAIN = /[^\\*_~`[\]! ](?:[^\\*_~`[\]! ]| (?=[^\\*_~`[\]! ]))*/uy;
const PUNCTUATION = /[!-/:-@[-`{-~]/u;
const MARKER_DIGITS = 3;

/**
 * Parses the text of one block as it arrives: emphasis, code, links, citation markers, line breaks.
 *
 * Unfinished syntax is shown as what it will most likely become: an open ``**`` as strong text, ``[text`` as the text
 * of a link. If the block ends without the rest, the characters are restored. Each character is read a bounded number
 * of times, and each node moves at most once for each element around it.
 */
export class Inline {
  /** @type {MarkdownView} */ #view;
  /** @type {Spans} */ #spans;
  /** @type {InlineText} */ #written;
  /** @type {Mode} */ #mode = this.#text;
  #mark = "";
  #count = 0;
  #digits = "";
  #destination = new Destination();

  /** @param {MarkdownView} view shows the text */
  constructor(view) {
    this.#view = view;
    this.#spans = new Spans(view);
    this.#written = new InlineText(view);
  }

  /**
   * Read the next part of the block.
   * @param {string} text without line breaks
   */
  feed(text) {
    let at = 0;
    while (at < text.length) {
      const plain = this.#plainUntil(text, at);
      if (plain > at) {
        this.#written.write(text.slice(at, plain));
        at = plain;
      } else {
        this.#mode(text[at]);
        at += 1;
      }
    }
  }

  /** Continue the block in a new line. */
  lineBreak() {
    this.#mode("\n");
  }

  /** End the block, and restore the characters of spans that are still open. */
  end() {
    this.#mode(END);
    this.#spans.end();
    this.#mode = this.#text;
    this.#written.reset();
  }

  /** End a block that breaks off: what is open stays as it is shown. */
  breakOff() {
    if (this.#mode === this.#bang) this.#written.write("!");
    if (this.#mode === this.#bracketed) this.#refuseLink("]");
    else this.#spans.dropLink();
  }

  /** @param {string} text @param {number} at @returns {number} where the plain text from ``at`` on ends */
  #plainUntil(text, at) {
    if (this.#mode === this.#code) {
      const tick = text.indexOf("`", at);
      return tick < 0 ? text.length : tick;
    }
    if (this.#mode !== this.#text) return at;
    PLAIN.lastIndex = at;
    return PLAIN.test(text) ? PLAIN.lastIndex : at;
  }

  // Modes

  /** @type {Mode} */
  #text(character) {
    switch (character) {
      case END: return undefined;
      case "\n": return this.#written.newLine(this.#written.breaksLine);
      case " ": return this.#written.space();
      case "\\": return this.#goTo(this.#escape);
      case "!": return this.#goTo(this.#bang);
      case "[": return this.#goTo(this.#bracket);
      case "]": return this.#closingBracket();
      case "`": return this.#startRun(character, this.#ticks);
      case "*": case "_": case "~": return this.#startRun(character, this.#run);
      default: return this.#written.write(character);
    }
  }

  /** @type {Mode} */
  #escape(character) {
    this.#mode = this.#text;
    if (character === "\n") return this.#written.newLine(true);
    if (character !== END && PUNCTUATION.test(character)) return this.#written.write(character);
    this.#written.write("\\");
    return this.#mode(character);
  }

  /** @type {Mode} */
  #bang(character) {
    this.#mode = this.#text;
    if (character === "[") {
      this.#openLink(IMAGE);
    } else {
      this.#written.write("!");
      this.#mode(character);
    }
  }

  /** @type {Mode} */
  #run(character) {
    if (character === this.#mark) {
      this.#count += 1;
      return;
    }
    this.#mode = this.#text;
    this.#delimit(this.#mark, this.#count, character);
    this.#mode(character);
  }

  /** @type {Mode} */
  #ticks(character) {
    if (character === "`") {
      this.#count += 1;
      return;
    }
    const ticks = "`".repeat(this.#count);
    this.#mode = this.#text;
    if (character === END) {
      this.#written.write(ticks);
      return;
    }
    this.#written.writeSpaces();
    this.#spans.openCode(this.#count);
    this.#mode = this.#code;
    this.#mode(character);
  }

  /** @type {Mode} */
  #code(character) {
    if (character === "`") this.#startRun(character, this.#codeTicks);
    else this.#written.write(character === "\n" ? " " : character);
  }

  /** @type {Mode} */
  #codeTicks(character) {
    if (character === "`") {
      this.#count += 1;
      return;
    }
    if (this.#count === this.#spans.codeSize) {
      this.#spans.close();
      this.#written.last = "`";
      this.#mode = this.#text;
    } else {
      this.#written.write("`".repeat(this.#count));
      this.#mode = this.#code;
    }
    this.#mode(character);
  }

  /** @type {Mode} */
  #bracket(character) {
    this.#digits = "";
    this.#mode = this.#number;
    if (character === "0") this.#startLink(character);
    else this.#number(character);
  }

  /** @type {Mode} */
  #number(character) {
    if (/[0-9]/u.test(character) && this.#digits.length < MARKER_DIGITS) {
      this.#digits += character;
    } else if (character === "]" && this.#digits !== "") {
      this.#written.writeSpaces();
      this.#view.marker(this.#digits);
      this.#written.last = "]";
      this.#mode = this.#text;
    } else {
      this.#startLink(character);
    }
  }

  /** @type {Mode} */
  #startLink(character) {
    this.#mode = this.#text;
    if (character === END) {
      this.#written.write(`[${this.#digits}`);
      return;
    }
    this.#openLink(LINK);
    if (this.#digits !== "") this.#written.write(this.#digits);
    this.#mode(character);
  }

  /** @type {Mode} */
  #bracketed(character) {
    if (character === "(") {
      this.#destination = new Destination();
      this.#goTo(this.#address);
      return;
    }
    this.#refuseLink("]");
    this.#mode(character);
  }

  /** @type {Mode} */
  #address(character) {
    const { address, source } = this.#destination;
    const reading = this.#destination.take(character);
    if (reading === Reading.MORE) return;
    const href = reading === Reading.DONE ? safeHref(address) : null;
    if (href !== null) {
      this.#closeLink(href, address);
      return;
    }
    this.#refuseLink(`](${source}`);
    this.#mode(character);
  }

  // Actions of the modes

  /** @param {Mode} mode */
  #goTo(mode) {
    this.#mode = mode;
  }

  /** @param {string} mark @param {Mode} mode */
  #startRun(mark, mode) {
    this.#mark = mark;
    this.#count = 1;
    this.#mode = mode;
  }

  #closingBracket() {
    if (this.#spans.hasLink()) {
      this.#written.writeSpaces();
      this.#goTo(this.#bracketed);
    } else {
      this.#written.write("]");
    }
  }

  /** @param {typeof LINK | typeof IMAGE} mark */
  #openLink(mark) {
    this.#written.writeSpaces();
    this.#spans.openLink(mark);
    this.#written.last = "[";
  }

  /** @param {string} href @param {string} address */
  #closeLink(href, address) {
    this.#mode = this.#text;
    if (!this.#spans.closeLink(href)) this.#written.write(` (${address})`);
    this.#written.last = ")";
  }

  /** @param {string} rest */
  #refuseLink(rest) {
    this.#spans.refuseLink();
    this.#mode = this.#text;
    this.#written.write(rest);
  }

  /** @param {string} mark @param {number} count @param {string} after */
  #delimit(mark, count, after) {
    const { opens, closes } = flanking(mark, this.#written.previous, after);
    const run = { mark, length: count, isBoth: opens && closes };
    let rest = count;
    this.#written.writeSpaces();
    if (closes) rest = this.#spans.closeEmphasis(run);
    if (opens) rest = this.#spans.openEmphasis(run, rest);
    if (rest > 0) this.#written.write(mark.repeat(rest));
    else this.#written.last = mark;
  }
}
