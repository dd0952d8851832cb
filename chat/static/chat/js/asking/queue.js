/**
 * @import { Clock } from "../page/clock.js"
 * @import { Turn } from "../turns/turn.js"
 * @typedef {{chip: HTMLElement, position: HTMLElement}} Chip
 */

const PATIENCE = 250;
const SHOWN = 80;

/**
 * The list of waiting questions, each with its position and a button that cancels it. Questions that start at once are
 * not listed, because they would only flicker.
 */
export class Queue {
  /** @type {HTMLElement} */ #list;
  /** @type {Clock} */ #clock;
  /** @type {() => Turn[]} */ #waiting;
  /** @type {(turn: Turn) => void} */ #cancel;
  #isPlanned = false;
  /** @type {Map<Turn, Chip>} */ #chips = new Map();

  /**
   * @param {{list: HTMLElement, clock: Clock, waiting: () => Turn[], cancel: (turn: Turn) => void}} parts
   *   ``waiting`` returns the turns to list, the next one first
   */
  constructor({ list, clock, waiting, cancel }) {
    this.#list = list;
    this.#clock = clock;
    this.#waiting = waiting;
    this.#cancel = cancel;
  }

  /** Remove questions that no longer wait at once, and add new ones after a delay. */
  refresh() {
    const waiting = this.#waiting();
    for (const [turn, { chip }] of this.#chips) if (!waiting.includes(turn)) this.#remove(turn, chip);
    if (waiting.every((turn) => this.#chips.has(turn))) this.#show();
    else if (!this.#isPlanned) {
      this.#isPlanned = true;
      this.#clock.after(PATIENCE, () => this.#show());
    }
  }

  #show() {
    this.#isPlanned = false;
    this.#waiting().forEach((turn, index) => {
      const { chip, position } = this.#chips.get(turn) ?? this.#add(turn);
      position.textContent = `${turn.position ?? index + 1}.`;
      if (this.#list.children[index] !== chip) this.#list.insertBefore(chip, this.#list.children[index] ?? null);
    });
    this.#list.hidden = this.#chips.size === 0;
  }

  /** @param {Turn} turn @returns {Chip} */
  #add(turn) {
    const question = shortened(turn.view.question);
    const { ownerDocument } = this.#list;
    const chip = ownerDocument.createElement("li");
    const position = chip.appendChild(ownerDocument.createElement("span"));
    chip.appendChild(ownerDocument.createElement("bdi")).textContent = question;
    const button = chip.appendChild(ownerDocument.createElement("button"));
    button.type = "button";
    button.textContent = "Cancel";
    button.setAttribute("aria-label", `Cancel: ${question}`);
    button.addEventListener("click", () => this.#cancel(turn));
    this.#chips.set(turn, { chip, position });
    return { chip, position };
  }

  /** @param {Turn} turn @param {HTMLElement} chip */
  #remove(turn, chip) {
    chip.remove();
    this.#chips.delete(turn);
    this.#list.hidden = this.#chips.size === 0;
  }
}

/** @param {string} question @returns {string} */
function shortened(question) {
  const characters = Array.from(question.trim().replace(/\s+/gu, " "));
  return characters.length <= SHOWN ? characters.join("") : `${characters.slice(0, SHOWN - 1).join("")}…`;
}
