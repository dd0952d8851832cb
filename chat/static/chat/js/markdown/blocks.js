import { trimmed } from "./blanks.js";
import { Code, isOpenFence } from "./code.js";
import { Containers } from "./containers.js";
import { Kind } from "./leaf.js";
import {
  FENCE, HEADING, ITEM, Line, PLAIN, RULE, TAB, UNDERLINE, hasOnlyBegun, headingText,
} from "./line.js";
import { Node } from "./node.js";
import { Paragraph } from "./paragraph.js";
import { Table } from "./table.js";
import { DELIMITERS, alignments, isRow } from "./tables.js";

/** @import { Leaf } from "./leaf.js" */

const DEEPEST = 12;

/**
 * The blocks of a text, line by line: quotes and lists inside each other, and in them paragraphs, code, tables.
 * ``markup/blocks.py`` does the same for the final answer.
 */
export class Blocks {
  root = new Node("div");

  #containers = new Containers(this.root);
  /** @type {Leaf | null} */ #leaf = null;
  #isFinal = true;

  /** The open block with text. */
  get leaf() {
    return this.#leaf;
  }

  /** Whether no block is open. */
  get isComplete() {
    return this.#containers.depth === 0 && this.#leaf === null;
  }

  /** Read a line, which is complete. @param {string} text */
  read(text) {
    this.#line(new Line(text));
  }

  /**
   * Read what there is of the last line, and show what its end leaves open as complete.
   * @param {string} text
   * @param {boolean} isFirst whether it is also the first line
   */
  readHalf(text, isFirst) {
    if (text !== "" && !this.#hasOnlyBegun(text, isFirst)) this.#line(new Line(text));
    this.#dropHead();
  }

  /** Show the open block as far as it is known. */
  show() {
    this.#leaf?.show(true);
    this.#dropEmpty();
  }

  /** End the text. @param {boolean} isHalf whether it breaks off */
  end(isHalf) {
    this.#leaf?.finish(isHalf);
    if (isHalf) this.#dropEmpty();
    this.#leaf = null;
    this.#containers.closeTo(0);
  }

  /** @returns {() => void} what restores the blocks as they are now; until then, nothing is final */
  snapshot() {
    const restoreContainers = this.#containers.snapshot();
    const leaf = this.#leaf;
    const restoreLeaf = leaf?.snapshot();
    const open = this.#containers.elements.map(({ children: all }) => ({ all, size: all.length, last: all.at(-1) }));
    this.#isFinal = false;
    return () => {
      this.#isFinal = true;
      restoreContainers();
      this.#leaf = leaf;
      for (const { all, size, last } of open) {
        all.length = size;
        if (last !== undefined) all[size - 1] = last;
      }
      restoreLeaf?.();
    };
  }

  /** @returns {[Node, number][]} the open elements, and how many of their children will not change any more */
  settled() {
    /** @type {[Node, number][]} */
    const open = this.#containers.elements.map((node) => [node, node.children.length - (this.isComplete ? 0 : 1)]);
    return [...open, ...(this.#leaf?.settled() ?? [])];
  }

  // The end of a text that goes on

  /** @param {string} last @param {boolean} isFirst @returns {boolean} whether the line depends on what follows */
  #hasOnlyBegun(last, isFirst) {
    return isOpenFence(this.#leaf) ? this.#leaf.isHalfFence(last) : hasOnlyBegun(last, isFirst);
  }

  /** Drop a line at the end that looks like the head of a table. */
  #dropHead() {
    const paragraph = this.#paragraph;
    if (paragraph?.lastLine.startsWith("|") && !paragraph.lineBefore.endsWith("|")) this.#takeLastLine(paragraph);
  }

  #dropEmpty() {
    if (this.#leaf && this.#leaf.node.children.length === 0) this.#innermost.children.pop();
  }

  // A line

  /** @param {Line} line */
  #line(line) {
    const kept = this.#containers.enter(line);
    const leaf = kept === this.#containers.depth ? this.#leaf : null;
    if (isOpenFence(leaf)) leaf.addFenced(line);
    else if (line.content === "") this.#blank(kept, line);
    else if (leaf instanceof Paragraph && leaf.formula !== "") leaf.add(line.content);
    else this.#begin(line, kept);
  }

  /** @param {number} kept @param {Line} line */
  #blank(kept, line) {
    const leaf = this.#leaf;
    if (leaf?.kind === Kind.INDENTED && kept === this.#containers.depth) {
      leaf.add(line.without(TAB));
      return;
    }
    const quote = this.#containers.quoteFrom(kept);
    this.#closeLeaf();
    if (quote >= 0) this.#containers.closeTo(quote);
  }

  /** Open the blocks that begin in a line; the last takes its text. @param {Line} line @param {number} begin */
  #begin(line, begin) {
    const isPlain = PLAIN.test(line.text);
    let kept = begin;
    while (!isPlain && this.#openContainer(line, kept)) {
      kept += 1;
      if (line.content === "") return;
    }
    if (isPlain || !this.#leafBegins(line, kept)) this.#text(line, kept);
  }

  /** Open the quote or the item that begins here. @param {Line} line @param {number} kept @returns {boolean} */
  #openContainer(line, kept) {
    const { content, indent } = line;
    const isInItem = this.#containers.isItem(kept - 1);
    if (kept >= DEEPEST || (indent >= TAB && !isInItem && this.#paragraph === null)) return false;
    if (content.startsWith(">") && indent < TAB) {
      this.#make(kept);
      this.#containers.openQuote(line);
      return true;
    }
    const item = ITEM.exec(content);
    if (item === null || RULE.test(content) || DELIMITERS.test(content)) return false;
    const isEmpty = trimmed(content.slice(item[0].length)) === "";
    if (this.#continues(kept) && (isEmpty || !/^0*1?$/u.test(item[2] ?? "1"))) return false;
    this.#openItem(line, kept, item[1], item[2]);
    return true;
  }

  /** @param {Line} line @param {number} kept @param {string} marker @param {string | undefined} number */
  #openItem(line, kept, marker, number) {
    const list = this.#containers.listAt(kept, marker.slice(-1));
    this.#make(kept);
    this.#containers.openItem(line, marker, list ?? this.#openList(number));
  }

  /** @param {string | undefined} number @returns {Node} */
  #openList(number) {
    const start = number === undefined ? 1 : Number(number);
    return this.#innermost.open(number === undefined ? "ul" : "ol", start === 1 ? {} : { start: String(start) });
  }

  // The blocks with text

  /** Open a block with text, or go on with a table. @param {Line} line @param {number} kept @returns {boolean} */
  #leafBegins(line, kept) {
    const { content, indent } = line;
    if (indent >= TAB) return this.#paragraph === null && this.#indented(line, kept);
    return (
      this.#heading(content, kept) || this.#fence(content, kept, indent) || this.#rule(content, kept) ||
      this.#table(content, kept)
    );
  }

  /** @param {string} content @param {number} kept @returns {boolean} */
  #heading(content, kept) {
    const heading = HEADING.exec(content);
    const paragraph = this.#continues(kept) ? this.#paragraph : null;
    if (heading) {
      const leaf = new Paragraph(Kind.HEADING, this.#make(kept).open(`h${heading[1].length}`));
      leaf.add(headingText(content.slice(heading[0].length)));
      this.#leaf = leaf;
      return true;
    }
    if (paragraph === null || paragraph.node.tag === "" || !UNDERLINE.test(content)) return false;
    paragraph.node.tag = "h1";
    this.#closeLeaf();
    return true;
  }

  /** @param {string} content @param {number} kept @param {number} indent @returns {boolean} */
  #fence(content, kept, indent) {
    const fence = FENCE.exec(content);
    if (fence === null) return false;
    const leaf = new Code(Kind.FENCE, this.#make(kept).open("pre"));
    leaf.mark = fence[1] ?? fence[3];
    leaf.indent = indent;
    this.#leaf = leaf;
    return true;
  }

  /** @param {Line} line @param {number} kept @returns {boolean} */
  #indented(line, kept) {
    if (this.#leaf?.kind !== Kind.INDENTED || kept !== this.#containers.depth) {
      this.#leaf = new Code(Kind.INDENTED, this.#make(kept).open("pre"));
    }
    this.#leaf.add(line.without(TAB));
    return true;
  }

  /** @param {string} content @param {number} kept @returns {boolean} */
  #rule(content, kept) {
    if (RULE.test(content)) this.#make(kept).open("hr");
    return RULE.test(content);
  }

  /** @param {string} content @param {number} kept @returns {boolean} */
  #table(content, kept) {
    const leaf = kept === this.#containers.depth ? this.#leaf : null;
    if (leaf?.kind === Kind.TABLE && isRow(content)) {
      leaf.add(content);
      return true;
    }
    const paragraph = leaf && this.#paragraph;
    const columns = paragraph && alignments(paragraph.lastLine, content);
    if (!columns) return false;
    const head = this.#takeLastLine(paragraph);
    this.#leaf = new Table(this.#make(kept).open("table"), columns, head);
    return true;
  }

  /** @param {Line} line @param {number} kept */
  #text(line, kept) {
    (this.#paragraph ?? this.#openParagraph(kept)).add(line.content);
  }

  /** @param {number} kept @returns {Paragraph} */
  #openParagraph(kept) {
    this.#make(kept);
    const isFirst = this.#containers.isItem(kept - 1) && this.#innermost.children.length === 0;
    const paragraph = new Paragraph(Kind.PARAGRAPH, this.#innermost.open(isFirst ? "" : "p"));
    this.#leaf = paragraph;
    return paragraph;
  }

  // What is open

  /** @returns {Paragraph | null} */
  get #paragraph() {
    return this.#leaf instanceof Paragraph && this.#leaf.kind === Kind.PARAGRAPH ? this.#leaf : null;
  }

  get #innermost() {
    return this.#containers.innermost;
  }

  /** @param {number} kept @returns {boolean} whether a line could continue the open paragraph */
  #continues(kept) {
    return this.#paragraph !== null && kept === this.#containers.depth;
  }

  /** Take the last line from a paragraph, which is dropped if it had no other. @param {Paragraph} paragraph */
  #takeLastLine(paragraph) {
    const line = paragraph.takeLastLine();
    if (paragraph.isEmpty) {
      this.#innermost.children.pop();
      this.#leaf = null;
    }
    return line;
  }

  /** Close what a new block does not go into. @param {number} kept @returns {Node} what it goes into */
  #make(kept) {
    this.#closeLeaf();
    this.#containers.closeTo(kept);
    return this.#innermost;
  }

  #closeLeaf() {
    if (this.#isFinal) this.#leaf?.finish(false);
    else this.#leaf?.show(false);
    this.#leaf = null;
  }
}
