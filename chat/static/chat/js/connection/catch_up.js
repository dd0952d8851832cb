import { newerTurnsAddress, turnAddress } from "../page/addresses.js";

const NO_CONTENT = 204;
const NOT_FOUND = 404;

/** Fetches what the page lacks: turns that were asked elsewhere, and what a finished turn looks like. */
export class CatchUp {
  #place;
  #turns;
  #fragments;
  #isRunning = false;
  #isWanted = false;
  /**
   * The turn up to which nothing is missing. That is not the last one we know: before a question of ours another tab's
   * may have come in.
   * @type {string | null}
   */
  #anchor;

  /** @param {{place: object, turns: object, fragments: object}} parts */
  constructor({ place, turns, fragments }) {
    this.#place = place;
    this.#turns = turns;
    this.#fragments = fragments;
    this.#anchor = turns.last?.uuid ?? null;
  }

  /**
   * Adds the turns that the page lacks. Wishes that come while it runs are one more round.
   * @param {{added: (turns: object[]) => void, gone: () => void}} outcome ``added`` hears of the new turns, ``gone``
   *   that there is no such conversation; neither when nothing could be fetched
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

  /** Shows a turn as the server has it now. Returns whether it was there and further than what was shown. */
  async renew(turn) {
    const { fragment } = await this.#fragments.get(turnAddress(turn.uuid));
    const element = fragment?.querySelector("[data-turn]");
    return element ? turn.replace(element) : false;
  }

  async #round({ added, gone }) {
    this.#isWanted = false;
    const { conversation } = this.#place;
    if (conversation === null) return;
    const { status, fragment } = await this.#fragments.get(newerTurnsAddress(conversation, this.#anchor));
    if (status === NOT_FOUND) gone();
    else if (status === NO_CONTENT) added([]);
    else if (fragment !== null) added(this.#insert(fragment));
  }

  #insert(fragment) {
    const newest = [...fragment.querySelectorAll("[data-turn]")].at(-1)?.dataset.turn;
    const added = this.#turns.insert(fragment, this.#turns.get(this.#anchor));
    this.#anchor = newest ?? this.#anchor;
    return added;
  }
}
