import { flanking } from "./delimiters.js";
import { Destination, Reading } from "./destination.js";
import { safeHref } from "./links.js";
import { IMAGE, LINK, Spans } from "./spans.js";

const END = "";
const PLAIN = /[^\\*_~`[\]! ](?:[^\\*_~`[\]! ]| (?=[^\\*_~`[\]! ]))*/uy;
const PUNCTUATION = /[!-/:-@[-`{-~]/u;
const MARKER_DIGITS = 3;

/**
 * Reads the text of one block as it arrives: emphasis, code, links, markers, line breaks.
 *
 * What is half typed is shown as what it will most likely become: an open ``**`` as strong text, ``[text`` as the text
 * of a link. If it turns out otherwise when the block ends, the characters are put back. Every character is looked at
 * a bounded number of times, and every node moves at most once for each element around it.
 */
export class Inline {
  #view;
  #spans;
  #mode = this.#text;
  #previous = "\n";
  #spaces = 0;
  #mark = "";
  #count = 0;
  #digits = "";
  #destination = new Destination();

  /** @param {object} view where the text is shown: see ``MarkdownView`` */
  constructor(view) {
    this.#view = view;
    this.#spans = new Spans(view);
  }

  /** @param {string} text without line breaks */
  feed(text) {
    let at = 0;
    while (at < text.length) {
      const plain = this.#plainUntil(text, at);
      if (plain > at) {
        this.#literal(text.slice(at, plain));
        at = plain;
      } else {
        this.#mode(text[at]);
        at += 1;
      }
    }
  }

  /** The block goes on in a new line. */
  lineBreak() {
    this.#mode("\n");
  }

  /** The block ends: what is still open was meant as it was written. */
  end() {
    this.#mode(END);
    this.#spans.end();
    this.#mode = this.#text;
    this.#previous = "\n";
    this.#spaces = 0;
  }

  #plainUntil(text, at) {
    if (this.#mode === this.#code) {
      const tick = text.indexOf("`", at);
      return tick < 0 ? text.length : tick;
    }
    if (this.#mode !== this.#text) return at;
    PLAIN.lastIndex = at;
    return PLAIN.test(text) ? PLAIN.lastIndex : at;
  }

  // Modes: what the next character means

  #text(character) {
    switch (character) {
      case END: return undefined;
      case "\n": return this.#newLine(this.#spaces >= 2);
      case " ": return this.#space();
      case "\\": return this.#goTo(this.#escape);
      case "!": return this.#goTo(this.#bang);
      case "[": return this.#goTo(this.#bracket);
      case "]": return this.#closingBracket();
      case "`": return this.#startRun(character, this.#ticks);
      case "*": case "_": case "~": return this.#startRun(character, this.#run);
      default: return this.#literal(character);
    }
  }

  #escape(character) {
    this.#mode = this.#text;
    if (character === "\n") return this.#newLine(true);
    if (character !== END && PUNCTUATION.test(character)) return this.#literal(character);
    this.#literal("\\");
    return this.#mode(character);
  }

  #bang(character) {
    this.#mode = this.#text;
    if (character === "[") {
      this.#openLink(IMAGE);
    } else {
      this.#literal("!");
      this.#mode(character);
    }
  }

  #run(character) {
    if (character === this.#mark) {
      this.#count += 1;
      return;
    }
    this.#mode = this.#text;
    this.#delimit(this.#mark, this.#count, character);
    this.#mode(character);
  }

  #ticks(character) {
    if (character === "`") {
      this.#count += 1;
      return;
    }
    const ticks = "`".repeat(this.#count);
    this.#mode = this.#text;
    if (character === END) {
      this.#literal(ticks);
      return;
    }
    this.#settleSpaces();
    this.#spans.openCode(this.#count);
    this.#mode = this.#code;
    this.#mode(character);
  }

  #code(character) {
    if (character === "`") this.#startRun(character, this.#codeTicks);
    else this.#literal(character === "\n" ? " " : character);
  }

  #codeTicks(character) {
    if (character === "`") {
      this.#count += 1;
      return;
    }
    if (this.#count === this.#spans.codeSize) {
      this.#spans.close();
      this.#previous = "`";
      this.#mode = this.#text;
    } else {
      this.#literal("`".repeat(this.#count));
      this.#mode = this.#code;
    }
    this.#mode(character);
  }

  #bracket(character) {
    this.#digits = "";
    this.#mode = this.#number;
    if (character === "0") this.#startLink(character);
    else this.#number(character);
  }

  #number(character) {
    if (/[0-9]/u.test(character) && this.#digits.length < MARKER_DIGITS) {
      this.#digits += character;
    } else if (character === "]" && this.#digits !== "") {
      this.#settleSpaces();
      this.#view.marker(this.#digits);
      this.#previous = "]";
      this.#mode = this.#text;
    } else {
      this.#startLink(character);
    }
  }

  #startLink(character) {
    this.#mode = this.#text;
    if (character === END) {
      this.#literal(`[${this.#digits}`);
      return;
    }
    this.#openLink(LINK);
    if (this.#digits !== "") this.#literal(this.#digits);
    this.#mode(character);
  }

  #bracketed(character) {
    if (character === "(") {
      this.#destination = new Destination();
      this.#goTo(this.#address);
      return;
    }
    this.#refuseLink("]");
    this.#mode(character);
  }

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

  // What the modes do

  #goTo(mode) {
    this.#mode = mode;
  }

  #startRun(mark, mode) {
    this.#mark = mark;
    this.#count = 1;
    this.#mode = mode;
  }

  #space() {
    if (this.#previous !== "\n") this.#spaces += 1;
  }

  #newLine(hard) {
    this.#spaces = 0;
    this.#previous = "\n";
    if (hard) this.#view.lineBreak();
    else this.#view.text("\n");
  }

  #literal(text) {
    this.#settleSpaces();
    this.#view.text(text);
    if (text !== "") this.#previous = text.at(-1);
  }

  /** Spaces are held until something follows: at the end of a line they are no text. */
  #settleSpaces() {
    if (this.#spaces === 0) return;
    this.#view.text(" ".repeat(this.#spaces));
    this.#previous = " ";
    this.#spaces = 0;
  }

  #closingBracket() {
    if (this.#spans.hasLink()) {
      this.#settleSpaces();
      this.#goTo(this.#bracketed);
    } else {
      this.#literal("]");
    }
  }

  #openLink(mark) {
    this.#settleSpaces();
    this.#spans.openLink(mark);
    this.#previous = "[";
  }

  #closeLink(href, address) {
    this.#mode = this.#text;
    if (!this.#spans.closeLink(href)) this.#literal(` (${address})`);
    this.#previous = ")";
  }

  #refuseLink(rest) {
    this.#spans.refuseLink();
    this.#mode = this.#text;
    this.#literal(rest);
  }

  #delimit(mark, count, after) {
    const { opens, closes } = flanking(mark, this.#spaces > 0 ? " " : this.#previous, after);
    const run = { mark, length: count, isBoth: opens && closes };
    let rest = count;
    this.#settleSpaces();
    if (closes) rest = this.#spans.closeEmphasis(run);
    if (opens) rest = this.#spans.openEmphasis(run, rest);
    if (rest > 0) this.#literal(mark.repeat(rest));
    else this.#previous = mark;
  }
}
