import { TurnState } from "./turn_state.js";

/** The turns of the page, in the order in which they were asked. */
export class Turns {
  #list;
  #template;
  #makeTurn;
  /** @type {Turn[]} */
  #turns = [];

  /**
   * @param {{list: HTMLElement, template: HTMLTemplateElement, makeTurn: (element: HTMLElement) => object}} parts
   *   ``template`` holds a turn that waits; ``makeTurn`` makes a ``Turn`` of what the server has rendered
   */
  constructor({ list, template, makeTurn }) {
    this.#list = list;
    this.#template = template;
    this.#makeTurn = makeTurn;
    for (const element of list.querySelectorAll("[data-turn]")) this.#turns.push(makeTurn(element));
  }

  /** What was accepted and has not ended. */
  get live() {
    return this.#turns.filter((turn) => turn.uuid && !turn.isTerminal);
  }

  /** What waits, the next one first. */
  get queued() {
    return this.#turns.filter((turn) => turn.isQueued).sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  }

  get streaming() {
    return this.#turns.find((turn) => turn.isStreaming) ?? null;
  }

  /** What has ended without its final form. */
  get provisional() {
    return this.#turns.filter((turn) => turn.isProvisional);
  }

  /** The last one that the server knows of. */
  get last() {
    return this.#turns.findLast((turn) => turn.uuid) ?? null;
  }

  /** Whether a turn is on the page. */
  has(turn) {
    return this.#turns.includes(turn);
  }

  /** @param {string} uuid */
  get(uuid) {
    return this.#turns.find((turn) => turn.uuid === uuid) ?? null;
  }

  /** The turn that an element on the page belongs to. */
  around(element) {
    const item = element.closest("[data-turn]");
    return this.#turns.find((turn) => turn.view.element === item) ?? null;
  }

  /** Adds a question that was just asked. */
  append({ question, recordings, filterNote }) {
    const element = document.importNode(this.#template.content.querySelector("[data-turn]"), true);
    element.dataset.state = TurnState.SENDING;
    const turn = this.#makeTurn(element);
    turn.view.fill({ question, recordings, filterNote });
    turn.view.showSending();
    this.#list.append(element);
    this.#turns.push(turn);
    return turn;
  }

  /**
   * Adds what the server has rendered: the turns behind one that is known, in their order.
   * @param {DocumentFragment} fragment
   * @param {object | null} after a turn
   * @returns {object[]} those that were not on the page
   */
  insert(fragment, after) {
    const added = [];
    let index = this.#turns.indexOf(after) + 1;
    for (const element of fragment.querySelectorAll("[data-turn]")) {
      const known = this.#turns.findIndex((turn) => turn.uuid === element.dataset.turn);
      if (known < 0) added.push(this.#insertAt(index, element));
      index = (known < 0 ? index : known) + 1;
    }
    return added;
  }

  remove(turn) {
    turn.view.remove();
    this.#turns = this.#turns.filter((other) => other !== turn);
  }

  #insertAt(index, element) {
    this.#list.insertBefore(element, this.#turns[index]?.view.element ?? null);
    const turn = this.#makeTurn(element);
    this.#turns.splice(index, 0, turn);
    return turn;
  }
}
