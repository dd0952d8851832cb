import { find, findRequired } from "../page/elements.js";
import { counted, sizeInWords } from "./progress_words.js";
import { endingOf, kindOf, stemOf } from "./pairs.js";

/**
 * @import { ChosenFiles, Recording } from "./chosen_files.js"
 * @import { Endings } from "./pairs.js"
 */

const KINDS = Object.freeze({ transcript: "transcript", audio: "audio" });

/** Shows the files that were chosen, each recording as one row, and what is asked of them. */
export class ChosenView {
  /** @type {HTMLFormElement} */ #form;
  /** @type {ChosenFiles} */ #chosen;
  /** @type {Endings} */ #endings;
  /** @type {HTMLElement} */ #list;

  /** @param {{form: HTMLFormElement, chosen: ChosenFiles, endings: Endings}} parts */
  constructor({ form, chosen, endings }) {
    this.#form = form;
    this.#chosen = chosen;
    this.#endings = endings;
    this.#list = findRequired(form, "chosen", HTMLElement);
  }

  refresh() {
    const { recordings } = this.#chosen;
    const right = recordings.filter(({ error }) => error === "").length;
    this.#list.replaceChildren(...recordings.map((recording) => this.#row(recording)));
    this.#list.hidden = recordings.length === 0;
    findRequired(this.#form, "details", HTMLElement).hidden = right === 0;
    findRequired(this.#form, "title-field", HTMLElement).hidden = right !== 1;
    findRequired(this.#form, "upload-send", HTMLElement).textContent = `Add ${counted(right, "recording")}`;
    const leftOut = findRequired(this.#form, "left-out", HTMLElement);
    leftOut.hidden = this.#chosen.leftOut === 0;
    leftOut.textContent = `${counted(this.#chosen.leftOut, "other file")} of the folder left out.`;
  }

  /** @param {Recording} recording @returns {Node} */
  #row(recording) {
    const { content } = findRequired(this.#form, "chosen-template", HTMLTemplateElement);
    const row = /** @type {DocumentFragment} */ (content.cloneNode(true));
    const { files, error } = recording;
    const [first] = files;
    const facts = findRequired(row, "chosen-facts", HTMLElement);
    findRequired(row, "chosen-name", HTMLElement).textContent = error ? first.name : stemOf(first.name);
    facts.textContent = error || this.#facts(recording);
    facts.toggleAttribute("data-wrong", error !== "");
    const remove = findRequired(row, "chosen-remove", HTMLButtonElement);
    remove.setAttribute("aria-label", `Remove ${first.name}`);
    remove.addEventListener("click", () => this.#remove(recording));
    return row;
  }

  /** @param {Recording} recording @returns {string} */
  #facts({ files }) {
    const kinds = files.map(({ name }) => `${KINDS[kindOf(name, this.#endings) ?? "audio"]} (${endingOf(name)})`);
    return `${kinds.join(" and ")} · ${sizeInWords(files.reduce((sum, { size }) => sum + size, 0))}`;
  }

  /** Remove a row, and move the focus to the next: it would be lost. @param {Recording} recording */
  #remove(recording) {
    const at = this.#chosen.recordings.findIndex(({ files }) => files[0] === recording.files[0]);
    this.#chosen.remove(recording);
    this.refresh();
    const rows = this.#list.children;
    const next = rows[Math.min(at, rows.length - 1)];
    const target = next ? find(next, "chosen-remove", HTMLElement) : find(this.#form, "choose-files", HTMLElement);
    target?.focus();
  }
}
