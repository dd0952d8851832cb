import { Offer } from "./turns/cursor.js";
import { TurnState } from "./turns/turn_state.js";

const utf8 = new TextEncoder();
const GONE = "This conversation is not there any more.";

/**
 * The conversation on the page: what the reader does goes to the server, and what the server says to the turns.
 *
 * The parts it works with come through the constructor; ``main.js`` puts them together.
 */
export class Conversation {
  #parts;
  #refusal = "";
  /** @type {WeakMap<object, object>} the last attempt to ask a turn's question again */
  #retries = new WeakMap();

  /**
   * @param {{connection: object, turns: object, asks: object, acks: object, resync: object, html: object,
   *   place: object, drafts: object, composer: object, filter: object, queue: object, scroller: object,
   *   banner: object, announcer: object, sidebar: object, leave: () => void}} parts ``leave`` is called when the user
   *   has to sign in again
   */
  constructor(parts) {
    this.#parts = parts;
  }

  start() {
    const { asks, connection, resync } = this.#parts;
    asks.restore();
    resync.start(this);
    connection.start(this);
    this.turnsChanged();
  }

  // What the reader does

  /** The composer's question. Returns whether it was taken; without WebSockets the form has to be sent as it is. */
  composerSubmitted(question) {
    const { asks, connection, drafts, filter, place } = this.#parts;
    if (connection.isBlocked) return false;
    asks.ask({ question, recordings: filter.chosen.map(({ id }) => id), filterNote: filter.note });
    drafts.forget(place.conversation);
    this.#asked();
    return true;
  }

  composerChanged(text) {
    this.#parts.drafts.keepText(this.#parts.place.conversation, text);
  }

  /** Asks the question of a turn again, unless that is being done. Returns whether it was taken. */
  retry(turn) {
    const { asks, connection } = this.#parts;
    if (connection.isBlocked) return false;
    if (this.#isRetried(turn)) return true;
    const { question, recordings, filterNote } = turn.view;
    this.#retries.set(turn, asks.ask({ question, recordings, filterNote, retryOf: turn.uuid }));
    this.#asked();
    return true;
  }

  /** Ends a turn where its reader is, or takes it out of the queue. Returns whether the server will hear of it. */
  stop(turn) {
    const { asks, composer, connection, resync } = this.#parts;
    if (connection.isBlocked) return false;
    const taken = asks.takeBack(turn);
    if (taken?.retry_of === null) composer.giveBack(taken.question);
    if (taken === null) {
      if (turn.view.hasFocus) composer.takeFocus();
      turn.freeze();
      resync.confirmStop(turn);
    }
    this.turnsChanged();
    return true;
  }

  /** Stops what is being answered. Returns whether there was something. */
  stopStreaming() {
    const { streaming } = this.#parts.turns;
    return streaming !== null && this.stop(streaming);
  }

  /** The reader is back, or the network is. */
  wake() {
    this.#parts.connection.wake();
    this.#parts.resync.fetchNews();
    this.#parts.sidebar.refresh();
  }

  // What the connection says

  connectionOpened() {
    this.#refusal = "";
    this.#parts.banner.found();
    this.#parts.resync.opened();
    this.turnsChanged();
  }

  connectionSilent() {
    this.#parts.banner.silent();
  }

  connectionHeard() {
    this.#parts.banner.found();
  }

  connectionLost(code) {
    const { acks, asks, banner } = this.#parts;
    asks.connectionLost();
    acks.forget();
    banner.lost(code, this.#refusal);
  }

  connectionSignedOut() {
    this.#parts.leave();
  }

  connectionReceived(event) {
    const turn = event.turn ? this.#parts.turns.get(event.turn) : null;
    turn?.heard();
    const handlers = {
      accepted: () => this.#accepted(event, turn),
      queued: () => turn?.queue(event.position),
      started: () => turn?.start(),
      phase: () => turn?.enter(event.phase),
      token: () => this.#token(event, turn),
      citations: () => turn?.cite(event.citations),
      done: () => this.#ended(turn, event, event.state, ""),
      error: () => this.#failed(event, turn),
    };
    handlers[event.type]?.();
    if (event.type !== "token") this.turnsChanged();
  }

  #accepted(event, turn) {
    const { asks, drafts, place, resync, sidebar, turns } = this.#parts;
    const isNew = place.conversation === null;
    if (asks.accepted(event)) {
      if (isNew && place.conversation !== null) drafts.move(null, place.conversation);
      const ours = turns.get(event.turn);
      if (ours !== null) resync.confirmStop(ours); // it may have been cancelled before it was accepted
      resync.askSettled();
    } else if (turn !== null) {
      if (event.position !== null) turn.queue(event.position);
    } else if (event.conversation === place.conversation) {
      resync.expectNews();
    }
    sidebar.refresh();
  }

  #token(event, turn) {
    const { acks, announcer, resync } = this.#parts;
    const isFirst = turn !== null && turn.seq === 0;
    const offer = turn === null ? Offer.SKIP : turn.take(event);
    if (offer === Offer.GAP) {
      if (turn.needsFollow) resync.follow(turn);
      return;
    }
    acks.note(event.turn, event.seq, utf8.encode(event.content).length);
    if (!isFirst || offer !== Offer.APPLY) return;
    announcer.say("Answering…");
    this.turnsChanged();
  }

  #failed(event, turn) {
    const state = event.code === "INTERRUPTED" ? TurnState.INTERRUPTED : TurnState.FAILED;
    if (event.turn) this.#ended(turn, event, state, event.message);
    else if (event.request_id) this.#refused(event);
    else this.#complain(event);
  }

  /** One end counts: the turn may have ended here before, as after a reload. */
  #ended(turn, event, state, message) {
    if (turn === null || turn.isTerminal) return;
    const { acks, announcer, composer, resync, sidebar } = this.#parts;
    const { hasFocus } = turn.view;
    if (!this.#replace(turn, event.html)) {
      turn.end(state, message);
      resync.renew(turn);
    }
    if (hasFocus) composer.takeFocus();
    acks.flush();
    announcer.say(ending(turn, state, message));
    sidebar.refresh();
  }

  #replace(turn, html) {
    const element = html ? this.#parts.html.parse(html).querySelector("[data-turn]") : null;
    return element?.dataset.turn === turn.uuid && turn.replace(element);
  }

  #refused(event) {
    const { announcer, asks, composer, resync, turns } = this.#parts;
    const refused = asks.refused(event.request_id);
    if (refused === null) return;
    const { entry, isHere } = refused;
    const retried = entry.retry_of === null ? null : turns.get(entry.retry_of);
    if (retried !== null && event.code === "INVALID_REQUEST") {
      retried.view.submitRetry(); // the words on the page are not quite those that were asked; the form has them
      return;
    }
    if (entry.retry_of === null) this.#giveBack(entry, isHere);
    if (isHere) composer.refuse(event.message);
    announcer.say(event.message);
    resync.askSettled();
  }

  /** What was typed and chosen is there again. */
  #giveBack({ conversation, question }, isHere) {
    const { composer, drafts, filter, place } = this.#parts;
    if (!isHere) return drafts.addText(conversation, question);
    composer.giveBack(question);
    return drafts.keepRecordings(place.conversation, filter.chosen);
  }

  /** Something that we sent was refused, and it is not said what. If it was about a turn, that may be gone. */
  #complain(event) {
    console.warn(`The server refused a command: ${event.message}`);
    if (event.code === "RATE_LIMITED") this.#refusal = event.message;
    if (event.code === "NOT_FOUND") this.#parts.resync.fetchNews();
  }

  // What the parts say

  conversationGone() {
    const { banner, resync, turns } = this.#parts;
    resync.stop();
    banner.tell(GONE);
    for (const turn of turns.live) turn.end(TurnState.CANCELLED, GONE);
    this.turnsChanged();
  }

  turnsChanged() {
    this.#parts.queue.refresh();
    this.#parts.scroller.settle();
  }

  #isRetried(turn) {
    const attempt = this.#retries.get(turn);
    return attempt !== undefined && !attempt.isTerminal && this.#parts.turns.has(attempt);
  }

  #asked() {
    this.#parts.scroller.toEnd();
    this.turnsChanged();
  }
}

function ending(turn, state, message) {
  if (state === TurnState.STOPPED) return "Answer stopped";
  if (state === TurnState.CANCELLED) return "Question cancelled";
  if (state !== TurnState.COMPLETE) return message;
  const count = turn.sourceCount;
  return `Answer complete, ${count === 0 ? "no" : count} source${count === 1 ? "" : "s"}`;
}
