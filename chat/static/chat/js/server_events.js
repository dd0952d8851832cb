import { find } from "./page/elements.js";
import { Offer } from "./turns/cursor.js";
import { TurnState } from "./turns/turn_state.js";

/**
 * @import { Asks } from "./asking/asks.js"
 * @import { BudgetLine } from "./asking/budget_line.js"
 * @import { Composer } from "./asking/composer.js"
 * @import { Drafts } from "./asking/drafts.js"
 * @import { FormAsks } from "./asking/form_asks.js"
 * @import { Entry } from "./asking/outbox.js"
 * @import { RecordingFilter } from "./asking/recording_filter.js"
 * @import { Acks } from "./connection/acks.js"
 * @import { Connection } from "./connection/connection.js"
 * @import { Resync } from "./connection/resync.js"
 * @import { Accepted, Budget, Done, ErrorReport, Reviewed, ServerEvent, Token } from "./connection/wire.js"
 * @import { Announcer } from "./page/announcer.js"
 * @import { Banner } from "./page/banner.js"
 * @import { Place } from "./page/place.js"
 * @import { Sidebar } from "./page/sidebar.js"
 * @import { TrustedHtml } from "./page/trusted_html.js"
 * @import { Turn } from "./turns/turn.js"
 * @import { Turns } from "./turns/turns.js"
 *
 * @typedef {{connection: Connection, turns: Turns, asks: Asks, formAsks: FormAsks, acks: Acks, resync: Resync,
 *   html: TrustedHtml, place: Place, drafts: Drafts, composer: Composer, budget: BudgetLine, filter: RecordingFilter,
 *   banner: Banner, announcer: Announcer, sidebar: Sidebar, leave: (isLockedOut?: boolean) => void}} Parts
 *   ``leave`` is called when the user has to sign in again, or cannot any more
 */

const utf8 = new TextEncoder();
const GONE = "This conversation no longer exists.";

/** Applies to the page what the server sends; ``Conversation`` has what the reader does. */
export class ServerEvents {
  /** @type {Parts} */ #parts;
  #refusal = "";
  #isLockedOut = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Connect, and take up the questions of a page before this one. */
  start() {
    const { asks, connection, formAsks, resync, turns } = this.#parts;
    asks.restore();
    formAsks.start(this);
    resync.start(this);
    connection.start(this);
    turns.changed();
  }

  // The connection

  connectionOpened() {
    this.#refusal = "";
    this.#parts.banner.found();
    this.#parts.resync.opened();
    this.#parts.turns.changed();
  }

  connectionSilent() {
    this.#parts.banner.silent();
  }

  connectionHeard() {
    this.#parts.banner.found();
  }

  /** @param {number} code */
  connectionLost(code) {
    const { acks, asks, banner } = this.#parts;
    asks.connectionLost();
    acks.forget();
    banner.lost(code, this.#refusal);
  }

  connectionSignedOut() {
    this.#parts.leave(this.#isLockedOut);
  }

  /** Send by forms what waits, if only live connections are blocked and the site itself answers. */
  async connectionBlocked() {
    const { banner, connection, formAsks } = this.#parts;
    if (!(await formAsks.reaches()) || !connection.isBlocked) return;
    banner.blocked();
    formAsks.send();
  }

  /** @param {Accepted | Budget | ErrorReport} event */
  formAnswered(event) {
    this.connectionReceived(event);
  }

  formSignedOut() {
    this.#parts.leave();
  }

  /** @param {ServerEvent} event */
  connectionReceived(event) {
    const { turns } = this.#parts;
    const turn = "turn" in event && event.turn ? turns.get(event.turn) : null;
    turn?.heard();
    this.#apply(event, turn);
    if (event.type !== "token") turns.changed();
  }

  conversationGone() {
    const { banner, resync, turns } = this.#parts;
    resync.stop();
    banner.tell(GONE);
    for (const turn of turns.live) turn.end(TurnState.CANCELLED, GONE);
    turns.changed();
  }

  // Events

  /** @param {ServerEvent} event @param {Turn | null} turn */
  #apply(event, turn) {
    switch (event.type) {
      case "accepted": return this.#accepted(event, turn);
      case "queued": return turn?.queue(event.position);
      case "started": return turn?.start();
      case "phase": return turn?.enter(event.phase);
      case "token": return this.#token(event, turn);
      case "citations": return turn?.cite(event.citations);
      case "done": return this.#ended(turn, event, event.state, "");
      case "budget": return this.#parts.budget.show(event.left);
      case "reviewed": return this.#reviewed(event, turn);
      case "error": return this.#failed(event, turn);
      default: return undefined;
    }
  }

  /** @param {Accepted} event @param {Turn | null} turn */
  #accepted(event, turn) {
    const { asks, place, resync, sidebar } = this.#parts;
    const isNew = place.conversation === null;
    if (asks.accepted(event)) this.#ownAccepted(event, isNew);
    else if (turn === null && event.conversation === place.conversation) resync.expectNews();
    else if (event.position !== null) turn?.queue(event.position);
    sidebar.refresh();
  }

  /** @param {Accepted} event @param {boolean} isNew whether the page was that of a new conversation */
  #ownAccepted(event, isNew) {
    const { drafts, place, resync, turns } = this.#parts;
    if (isNew && place.conversation !== null) drafts.move(null, place.conversation);
    const turn = turns.get(event.turn);
    if (turn !== null) resync.confirmStop(turn); // the reader may have cancelled it before it was accepted
    resync.askSettled();
  }

  /** @param {Token} event @param {Turn | null} turn */
  #token(event, turn) {
    const { acks, announcer, resync, turns } = this.#parts;
    const isFirst = turn?.seq === 0;
    const offer = turn?.take(event) ?? Offer.SKIP;
    if (offer === Offer.GAP) {
      if (turn?.needsFollow) resync.follow(turn);
      return;
    }
    acks.note(event.turn, event.seq, utf8.encode(event.content).length);
    if (!isFirst || offer !== Offer.APPLY) return;
    announcer.say("Answering…");
    turns.changed();
  }

  /**
   * Apply the end of a turn, unless it has ended here before, as after a reload.
   * @param {Turn | null} turn
   * @param {Done | ErrorReport} event
   * @param {TurnState} state
   * @param {string} message
   */
  #ended(turn, event, state, message) {
    this.#acknowledgeEnd(event);
    if (turn === null || turn.isTerminal) return;
    const { announcer, composer, resync, sidebar, turns } = this.#parts;
    const { hasFocus } = turn.view;
    if (!this.#replace(turn, event.html)) {
      turn.end(state, message);
      resync.renew(turn);
    }
    if (hasFocus) composer.takeFocus();
    announcer.say(ending(turn, state, message));
    if (turns.isOne) sidebar.expectTitle();
    else sidebar.refresh();
  }

  /** The end may be larger than the text; no later token would acknowledge it. @param {Done | ErrorReport} event */
  #acknowledgeEnd({ turn, seq }) {
    const { acks } = this.#parts;
    if (turn !== undefined && seq !== undefined) acks.note(turn, seq, 0);
    acks.flush();
  }

  /** @param {Turn} turn @param {string | undefined} html @returns {boolean} whether the turn was replaced */
  #replace(turn, html) {
    const element = html ? find(this.#parts.html.parse(html), "turn", HTMLElement) : null;
    return element?.dataset.turn === turn.uuid && turn.replace(element);
  }

  /** @param {Reviewed} event @param {Turn | null} turn */
  #reviewed({ labels, reads }, turn) {
    const { announcer, html, sidebar } = this.#parts;
    const isLabelled = turn?.view.showReview(html.parse(labels), html.parse(reads)) ?? false;
    if (!isLabelled) return;
    announcer.say("A reviewer has labelled an answer");
    sidebar.refresh();
  }

  // Errors

  /** @param {ErrorReport} event @param {Turn | null} turn */
  #failed(event, turn) {
    const state = event.code === "INTERRUPTED" ? TurnState.INTERRUPTED : TurnState.FAILED;
    if (event.turn) this.#ended(turn, event, state, event.message);
    else if (event.request_id) this.#refused(event.request_id, event);
    else this.#commandRefused(event);
  }

  /** @param {string} requestId @param {ErrorReport} event */
  #refused(requestId, event) {
    const { announcer, asks, composer, resync, turns } = this.#parts;
    const refused = asks.refused(requestId);
    if (refused === null) return;
    const { entry, isHere } = refused;
    const retried = entry.retry_of === null ? null : turns.get(entry.retry_of);
    if (retried !== null && event.code === "INVALID_REQUEST") {
      retried.view.submitRetry(); // the page does not show the question exactly as it was asked; the form has it
      return;
    }
    if (entry.retry_of === null) this.#giveBack(entry, isHere);
    if (isHere) composer.refuse(event.message);
    announcer.say(event.message);
    resync.askSettled();
  }

  /**
   * Put the question and the chosen recordings back into the composer or the draft of their conversation.
   * @param {Entry} entry
   * @param {boolean} isHere whether it was asked in the conversation of this page
   */
  #giveBack({ conversation, question }, isHere) {
    const { composer, drafts, filter, place } = this.#parts;
    if (!isHere) return drafts.addText(conversation, question);
    composer.giveBack(question);
    return drafts.keepFilter(place.conversation, filter.chosen, filter.limits);
  }

  /**
   * Handle the refusal of a command other than ``ask``. The event does not name it; it may be about a turn that is
   * gone.
   * @param {ErrorReport} event
   */
  #commandRefused(event) {
    console.warn(`The server refused a command: ${event.message}`);
    if (event.code === "RATE_LIMITED") this.#refusal = event.message;
    if (event.code === "SIGNED_OUT") this.#isLockedOut = true;
    if (event.code === "NOT_FOUND") this.#parts.resync.fetchNews();
  }
}

/** @param {Turn} turn @param {TurnState} state @param {string} message @returns {string} what the page announces */
function ending(turn, state, message) {
  if (state === TurnState.STOPPED) return "Answer stopped";
  if (state === TurnState.CANCELLED) return "Question cancelled";
  if (state !== TurnState.COMPLETE) return message;
  const count = turn.sourceCount;
  return `Answer complete, ${count === 0 ? "no" : count} source${count === 1 ? "" : "s"}`;
}
