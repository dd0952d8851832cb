import { newerTurnsAddress, turnAddress } from "../page/addresses.js";
import { find, findAll } from "../page/elements.js";

/**
 * @import { Place } from "../page/place.js"
 * @import { Turn } from "../turns/turn.js"
 * @import { Turns } from "../turns/turns.js"
 * @import { Fragments } from "./fragments.js"
 * @typedef {{added: (turns: Turn[]) => void, gone: () => void}} Outcome ``gone`` is called when there is no such
 *   conversation; neither is called when the request failed
 */

const NO_CONTENT = 204;
const NOT_FOUND = 404;

/** Fetches turns that were asked elsewhere, and the HTML of turns that have ended. */
export class CatchUp {
  /** @type {Place} */ #place;
  /** @type {Turns} */ #turns;
  /** @type {Fragments} */ #fragments;
  #isRunning = false;
  #isWanted = false;
  /**
   * The last turn before which none is missing. It is not always the last one on the page: a question from another tab
   * may have come in before one of ours.
   * @type {string | null}
   */
  #anchor;

  /** @param {{place: Place, turns: Turns, fragments: Fragments}} parts */
  constructor({ place, turns, fragments }) {
    this.#place = place;
    this.#turns = turns;
    this.#fragments = fragments;
    this.#anchor = turns.last?.uuid ?? null;
  }

  /**
   * Add the turns that are missing on the page. Calls that come while it runs cause one more request.
   * @param {Outcome} outcome
   */
  async newer(outcome) {
    this.#isWanted = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isWanted) await this.#round(outcome);
    } finally {
      this.#isRunning = false;
    }
  }

  /**
   * Fetch the HTML of a turn and show it.
   * @param {Turn} turn
   * @returns {Promise<boolean>} whether it was newer than the turn on the page
   */
  async renew(turn) {
    const { fragment } = await this.#fragments.get(turnAddress(turn.uuid));
    const element = fragment === null ? null : find(fragment, "turn", HTMLElement);
    return element ? turn.replace(element) : false;
  }

  /** @param {Outcome} outcome */
  async #round({ added, gone }) {
    this.#isWanted = false;
    const { conversation } = this.#place;
    if (conversation === null) return;
    const { status, fragment } = await this.#fragments.get(newerTurnsAddress(conversation, this.#anchor));
    if (status === NOT_FOUND) gone();
    else if (status === NO_CONTENT) added([]);
    else if (fragment !== null) added(this.#insert(fragment));
  }

  /** @param {DocumentFragment} fragment @returns {Turn[]} those that were not on the page */
  #insert(fragment) {
    const newest = findAll(fragment, "turn").at(-1)?.dataset.turn;
    const anchor = this.#anchor === null ? null : this.#turns.get(this.#anchor);
    const added = this.#turns.insert(fragment, anchor);
    this.#anchor = newest ?? this.#anchor;
    return added;
  }
}
