import { askCommand } from "./outbox.js";
import { newRequestId } from "./request_id.js";

/**
 * @import { Accepted, Command } from "../connection/wire.js"
 * @import { Clock } from "../page/clock.js"
 * @import { Place } from "../page/place.js"
 * @import { Turn } from "../turns/turn.js"
 * @import { ShownAsk } from "../turns/turn_view.js"
 * @import { Turns } from "../turns/turns.js"
 * @import { Entry, Outbox } from "./outbox.js"
 */

const PATIENCE = 10_000;
const RESTORED_PATIENCE = 1_000;
const AWAY_PATIENCE = 1_500;

/**
 * Questions on their way to the server. Each is shown at once, stored until the server accepts or refuses it, and sent
 * again until then, always with the same request id, so that it makes one turn.
 */
export class Asks {
  /** @type {Outbox} */ #outbox;
  /** @type {Turns} */ #turns;
  /** @type {Place} */ #place;
  /** @type {Clock} */ #clock;
  /** @type {(command: Command) => boolean} */ #send;
  /** @type {string | null} the thread of this page's new conversation */ #thread = null;
  /** @type {Map<string, Turn>} the turn of each entry, by its request id */ #shown = new Map();
  /** @type {Map<string, {at: number, isLost: boolean}>} when each was sent, and whether that connection is gone */
  #sent = new Map();
  #isAway = false;

  /**
   * @param {{outbox: Outbox, turns: Turns, place: Place, clock: Clock, send: (command: Command) => boolean}} parts
   */
  constructor({ outbox, turns, place, clock, send }) {
    this.#outbox = outbox;
    this.#turns = turns;
    this.#place = place;
    this.#clock = clock;
    this.#send = send;
  }

  /** Whether the server may still answer an ask that was sent within the last 10 seconds. */
  get isWaiting() {
    return [...this.#sent.values()].some(({ at }) => this.#clock.now() - at < PATIENCE);
  }

  /** Whether a question was neither accepted nor refused. */
  get isPending() {
    return this.#outbox.entries.length > 0;
  }

  /** The questions that can be sent, the oldest first. */
  get ready() {
    return this.#outbox.ready;
  }

  /** The turns of questions that were never sent, as on a page without a connection. */
  get unsent() {
    const entries = this.#outbox.entries.filter(({ was_sent: wasSent }) => !wasSent);
    return entries.flatMap(({ request_id: requestId }) => this.#shown.get(requestId) ?? []);
  }

  /** Restore the questions that an earlier page of this tab has left in the outbox. */
  restore() {
    if (this.#place.conversation === null) this.#thread = this.#outbox.thread;
    // Most are accepted at once, or are on the page already: without a delay they would be shown twice.
    this.#clock.after(RESTORED_PATIENCE, () => {
      for (const entry of this.#outbox.entries) if (this.#belongsHere(entry)) this.#show(entry);
    });
  }

  /**
   * Store, send and show a question.
   * @param {ShownAsk & {retryOf?: string | null}} ask
   * @returns {Turn} the turn that shows it
   */
  ask({ question, recordings, limits = {}, filterNote, retryOf = null }) {
    const { conversation } = this.#place;
    if (conversation === null) this.#thread ??= newRequestId();
    const entry = {
      request_id: newRequestId(),
      conversation,
      question: wellFormed(question),
      recordings,
      limits,
      retry_of: retryOf,
      thread: conversation === null ? this.#thread : null,
      filter_note: filterNote,
      was_sent: false,
    };
    this.#outbox.add(entry);
    this.sendReady();
    return this.#show(entry);
  }

  /** Send what was not sent over this connection, or was sent more than 10 seconds ago. */
  sendReady() {
    for (const entry of this.#outbox.ready) {
      const { at, isLost } = this.#sent.get(entry.request_id) ?? { at: 0, isLost: true };
      const isOnItsWay = !isLost && this.#clock.now() - at < PATIENCE;
      if (isOnItsWay) continue;
      if (!this.#send(askCommand(entry))) return this.#networkLost();
      this.#sent.set(entry.request_id, { at: this.#clock.now(), isLost: false });
      this.markSent(entry.request_id);
    }
  }

  /**
   * Note that a question was sent, perhaps by a form: from now on the server may have it.
   * @param {string} requestId
   */
  markSent(requestId) {
    this.#outbox.markSent(requestId);
    if (this.#isAway) this.#showWay(false);
  }

  /** Note that what was sent may be lost together with the connection. */
  connectionLost() {
    for (const sent of this.#sent.values()) sent.isLost = true;
    this.#networkLost();
  }

  /**
   * Remove a question that the server has accepted, and give its turn the server's id.
   * @param {Accepted} event
   * @returns {boolean} whether it was asked in this tab
   */
  accepted(event) {
    const taken = this.#take(event.request_id);
    if (taken === null) return false;
    const { entry, turn } = taken;
    if (entry.thread !== null) this.#settle(entry.thread, event.conversation);
    if (this.#place.conversation === event.conversation) this.#name(entry, turn, event);
    else if (turn !== null) this.#turns.remove(turn);
    this.sendReady();
    return true;
  }

  /**
   * Remove a question that the server has refused, and its turn.
   * @param {string} requestId
   * @returns {{entry: Entry, isHere: boolean} | null} the question, and whether it belongs to the conversation of this
   *   page; null if it was not asked in this tab
   */
  refused(requestId) {
    const taken = this.#take(requestId);
    if (taken === null) return null;
    const isHere = this.#belongsHere(taken.entry);
    if (taken.turn !== null) this.#turns.remove(taken.turn);
    this.sendReady();
    return { entry: taken.entry, isHere };
  }

  /**
   * Remove a question that was never sent.
   * @param {Turn} turn
   * @returns {Entry | null} null if it is too late
   */
  takeBack(turn) {
    const [requestId = ""] = [...this.#shown].find(([, shown]) => shown === turn) ?? [];
    const entry = this.#outbox.find(requestId);
    return entry === null || entry.was_sent ? null : (this.refused(requestId)?.entry ?? null);
  }

  /** Say at the questions that they wait for the network, unless it is back in a moment. */
  #networkLost() {
    this.#isAway = true;
    this.#clock.after(AWAY_PATIENCE, () => this.#isAway && this.#showWay(true));
  }

  /** @param {boolean} isAway */
  #showWay(isAway) {
    this.#isAway = isAway;
    for (const turn of this.#shown.values()) turn.showWay(isAway);
  }

  /** @param {string} requestId @returns {{entry: Entry, turn: Turn | null} | null} */
  #take(requestId) {
    const entry = this.#outbox.take(requestId);
    const turn = this.#shown.get(requestId) ?? null;
    this.#shown.delete(requestId);
    this.#sent.delete(requestId);
    return entry === null ? null : { entry, turn };
  }

  /** @param {string} thread @param {string} conversation */
  #settle(thread, conversation) {
    this.#outbox.resolve(thread, conversation);
    if (thread !== this.#thread) return;
    this.#thread = null;
    if (this.#place.conversation === null) this.#place.settle(conversation);
  }

  /**
   * Give the turn of an accepted question the server's id. The turn may be on the page already, if the server has
   * rendered the page afterwards.
   * @param {Entry} entry
   * @param {Turn | null} shown
   * @param {Accepted} event
   */
  #name(entry, shown, event) {
    const known = this.#turns.get(event.turn);
    if (known !== null && shown !== null) this.#turns.remove(shown);
    else if (known === null) (shown ?? this.#turns.append(asShown(entry))).accept(event);
  }

  /** @param {Entry} entry @returns {Turn} */
  #show(entry) {
    const shown = this.#shown.get(entry.request_id) ?? this.#turns.append(asShown(entry));
    this.#shown.set(entry.request_id, shown);
    return shown;
  }

  /** @param {Entry} entry @returns {boolean} */
  #belongsHere({ conversation, thread }) {
    return conversation === null ? thread === this.#thread : conversation === this.#place.conversation;
  }
}

/** @param {Entry} entry @returns {ShownAsk} */
function asShown({ question, recordings, limits = {}, filter_note: filterNote }) {
  return { question, recordings, limits, filterNote };
}

/**
 * Replace lone surrogates, which an editor may leave in a text: they cannot be sent.
 * @param {string} text
 * @returns {string}
 */
function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
