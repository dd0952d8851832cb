import { findAll, findRequired } from "../page/elements.js";
import { TurnState } from "./turn_state.js";

/**
 * @import { Turn } from "./turn.js"
 * @import { ShownAsk } from "./turn_view.js"
 */

/** The turns of the page, in the order of their questions. */
export class Turns {
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLTemplateElement} */ #template;
  /** @type {(element: HTMLElement) => Turn} */ #makeTurn;
  /** @type {Turn[]} */ #turns;
  #onChange = () => {};

  /**
   * @param {{list: HTMLElement, template: HTMLTemplateElement, makeTurn: (element: HTMLElement) => Turn}} parts
   *   ``template`` holds a blank turn
   */
  constructor({ list, template, makeTurn }) {
    this.#list = list;
    this.#template = template;
    this.#makeTurn = makeTurn;
    this.#turns = findAll(list, "turn").map((element) => makeTurn(element));
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#onChange = listener;
  }

  /** Report that turns were added or removed, or have changed their state. */
  changed() {
    this.#onChange();
  }

  /** The turns that were accepted and have not ended. */
  get live() {
    return this.#turns.filter((turn) => turn.uuid && !turn.isTerminal);
  }

  /** The turns in the queue, the next one first. */
  get queued() {
    return this.#turns.filter((turn) => turn.isQueued).sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  }

  get streaming() {
    return this.#turns.find((turn) => turn.isStreaming) ?? null;
  }

  /** The turns that have ended, but lack their final HTML. */
  get provisional() {
    return this.#turns.filter((turn) => turn.isProvisional);
  }

  /** Whether there is a single turn, as in a conversation that was just begun. */
  get isOne() {
    return this.#turns.length === 1;
  }

  /** The last turn that was accepted. */
  get last() {
    return this.#turns.findLast((turn) => turn.uuid) ?? null;
  }

  /**
   * Return whether a turn is on the page.
   * @param {Turn} turn
   * @returns {boolean}
   */
  has(turn) {
    return this.#turns.includes(turn);
  }

  /** @param {string} uuid @returns {Turn | null} */
  get(uuid) {
    return this.#turns.find((turn) => turn.uuid === uuid) ?? null;
  }

  /**
   * Return the turn that contains an element.
   * @param {Element} element
   * @returns {Turn | null}
   */
  around(element) {
    const item = element.closest("[data-turn]");
    return this.#turns.find((turn) => turn.view.element === item) ?? null;
  }

  /**
   * Add a question that was just asked.
   * @param {ShownAsk} ask
   * @returns {Turn}
   */
  append(ask) {
    const element = document.importNode(findRequired(this.#template.content, "turn", HTMLElement), true);
    element.dataset.state = TurnState.SENDING;
    const turn = this.#makeTurn(element);
    turn.view.fill(ask);
    turn.view.showSending();
    this.#list.append(element);
    this.#turns.push(turn);
    return turn;
  }

  /**
   * Insert turns that the server has rendered, in their order.
   * @param {DocumentFragment} fragment
   * @param {Turn | null} after the turn on the page that they follow; null to begin with the first
   * @returns {Turn[]} those that were not on the page before
   */
  insert(fragment, after) {
    const added = [];
    let index = after === null ? 0 : this.#turns.indexOf(after) + 1;
    for (const element of findAll(fragment, "turn")) {
      const known = this.#turns.findIndex((turn) => turn.uuid === element.dataset.turn);
      if (known < 0) added.push(this.#insertAt(index, element));
      index = (known < 0 ? index : known) + 1;
    }
    return added;
  }

  /** @param {Turn} turn */
  remove(turn) {
    turn.view.remove();
    this.#turns = this.#turns.filter((other) => other !== turn);
  }

  /** @param {number} index @param {HTMLElement} element @returns {Turn} */
  #insertAt(index, element) {
    this.#list.insertBefore(element, this.#turns[index]?.view.element ?? null);
    const turn = this.#makeTurn(element);
    this.#turns.splice(index, 0, turn);
    return turn;
  }
}
