import { newerTurnsAddress, turnAddress } from "../page/addresses.js";
import { find, findAll } from "../page/elements.js";

/**
 * @import { Place } from "../page/place.js"
 * @import { Turn } from "../turns/turn.js"
 * @import { Turns } from "../turns/turns.js"
 * @import { Fragments } from "./fragments.js"
 * @typedef {{added: (turns: Turn[]) => void, gone: () => void}} Outcome ``added`` hears of the new turns, ``gone`` that
 *   there is no such conversation; neither when nothing could be fetched
 */

const NO_CONTENT = 204;
const NOT_FOUND = 404;

/** Fetches what the page lacks: turns that were asked elsewhere, and what a finished turn looks like. */
export class CatchUp {
  /** @type {Place} */ #place;
  /** @type {Turns} */ #turns;
  /** @type {Fragments} */ #fragments;
  #isRunning = false;
  #isWanted = false;
  /**
   * The turn up to which nothing is missing. That is not the last one we know: before a question of ours another tab's
   * may have come in.
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
   * Adds the turns that the page lacks. Wishes that come while it runs are one more round.
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
   * Shows a turn as the server has it now.
   * @param {Turn} turn
   * @returns {Promise<boolean>} whether it was there and further than what was shown
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
