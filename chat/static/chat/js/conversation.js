/**
 * @import { Asks } from "./asking/asks.js"
 * @import { Composer } from "./asking/composer.js"
 * @import { Drafts } from "./asking/drafts.js"
 * @import { FormAsks } from "./asking/form_asks.js"
 * @import { ChosenLimits } from "./asking/limits.js"
 * @import { ChosenRecording, RecordingFilter } from "./asking/recording_filter.js"
 * @import { Connection } from "./connection/connection.js"
 * @import { Resync } from "./connection/resync.js"
 * @import { Place } from "./page/place.js"
 * @import { Scroller } from "./page/scroller.js"
 * @import { Sidebar } from "./page/sidebar.js"
 * @import { Turn } from "./turns/turn.js"
 * @import { Turns } from "./turns/turns.js"
 *
 * @typedef {{connection: Connection, turns: Turns, asks: Asks, formAsks: FormAsks, resync: Resync, place: Place,
 *   drafts: Drafts, composer: Composer, filter: RecordingFilter, scroller: Scroller, sidebar: Sidebar}} Parts
 */

/** What the reader does in the conversation; ``ServerEvents`` has what the server sends. */
export class Conversation {
  /** @type {Parts} */ #parts;
  /** @type {WeakMap<Turn, Turn>} the last time that each was asked again */ #retries = new WeakMap();

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /**
   * Ask the composer's question.
   * @param {string} question
   * @returns {boolean} true: the question is stored, and will be sent
   */
  composerSubmitted(question) {
    const { asks, drafts, filter, place } = this.#parts;
    const recordings = filter.chosen.map(({ id }) => id);
    asks.ask({ question, recordings, limits: filter.limits, filterNote: filter.note });
    drafts.forget(place.conversation);
    this.#asked();
    return true;
  }

  /** @param {string} text */
  composerChanged(text) {
    this.#parts.drafts.keepText(this.#parts.place.conversation, text);
  }

  /**
   * Ask the question of a turn again, unless a retry of it is running.
   * @param {Turn} turn
   * @param {{recordings: string[], limits: ChosenLimits, filterNote: string}} filter that of the turn, unless another one is given
   * @returns {boolean} true: the question is stored, and will be sent
   */
  retry(turn, filter = turn.view) {
    const { asks } = this.#parts;
    if (this.#isRetried(turn)) return true;
    const { recordings, limits, filterNote } = filter;
    const { question } = turn.view;
    this.#retries.set(turn, asks.ask({ question, recordings, limits, filterNote, retryOf: turn.uuid }));
    this.#asked();
    return true;
  }

  /**
   * Ask the question of a turn in all recordings, which the next questions then search as well.
   * @param {Turn} turn
   * @returns {boolean} true: the question is stored, and will be sent
   */
  searchEverywhere(turn) {
    const { asks, filter } = this.#parts;
    if (this.#isRetried(turn)) return true;
    filter.choose([]);
    const ask = { question: turn.view.question, recordings: [], limits: {}, filterNote: filter.note };
    this.#retries.set(turn, asks.ask(ask));
    this.#asked();
    return true;
  }

  /**
   * Put the question of a turn back into the box, after anything that the user has typed, and its recordings into the
   * filter.
   * @param {Turn} turn
   * @param {ChosenRecording[]} recordings
   */
  edit(turn, recordings) {
    const { composer, filter } = this.#parts;
    composer.giveBack(turn.view.question);
    filter.choose(recordings, turn.view.limits);
    composer.focus();
  }

  /**
   * End a turn at the text that its reader sees, or take it out of the queue.
   * @param {Turn} turn
   * @returns {boolean} false where WebSockets are blocked: the browser then has to submit the form
   */
  stop(turn) {
    const { asks, composer, connection, resync, turns } = this.#parts;
    const taken = asks.takeBack(turn);
    if (taken === null && connection.isBlocked) return false;
    if (taken?.retry_of === null) composer.giveBack(taken.question);
    if (taken === null) {
      if (turn.view.hasFocus) composer.takeFocus();
      turn.freeze();
      resync.confirmStop(turn);
    }
    turns.changed();
    return true;
  }

  /**
   * Stop the answer that is streaming.
   * @returns {boolean} whether there was one
   */
  stopStreaming() {
    const { streaming } = this.#parts.turns;
    if (streaming === null) return false;
    if (!this.stop(streaming)) streaming.view.submitStop();
    return true;
  }

  /** Catch up: the reader has returned to the page, or the network is back. */
  wake() {
    this.#parts.connection.wake();
    this.#parts.resync.fetchNews();
    this.#parts.sidebar.refresh();
  }

  /** @param {Turn} turn @returns {boolean} */
  #isRetried(turn) {
    const attempt = this.#retries.get(turn);
    return attempt !== undefined && !attempt.isTerminal && this.#parts.turns.has(attempt);
  }

  #asked() {
    const { connection, formAsks, scroller, turns } = this.#parts;
    scroller.toEnd();
    turns.changed();
    if (connection.isBlocked) formAsks.send();
  }
}
