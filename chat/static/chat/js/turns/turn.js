import { Cursor, Offer } from "./cursor.js";
import { TurnState, isTerminal, stateOf } from "./turn_state.js";

/**
 * @import { Accepted, Citation, Token } from "../connection/wire.js"
 * @import { Clock } from "../page/clock.js"
 * @import { Frames } from "../page/frames.js"
 * @import { TurnView } from "./turn_view.js"
 */

const PATIENCE = 2_000;
const LONG_WAIT = 5_000;
const SECOND = 1_000;

/**
 * One turn of the page: its state, its position in the log, and its view.
 *
 * Events that are late, repeated or after the end do not change it.
 */
export class Turn {
  /** @type {TurnView} */ #view;
  /** @type {Frames} */ #frames;
  /** @type {Clock} */ #clock;
  /** @type {Cursor} */ #cursor;
  /** @type {TurnState} */ #state;
  #waiting = "";
  #isFrozen = false;
  #isProvisional = false;
  /** @type {number | null} */ #position = null;
  /** @type {string | undefined} */ #phase;
  /** @type {number} */ #heardAt;
  #followedAt = -Infinity;
  #hasGap = false;
  /** @type {number | null} */ #citations = null;
  #render = () => this.#write();

  /** @param {{view: TurnView, frames: Frames, clock: Clock}} parts */
  constructor({ view, frames, clock }) {
    this.#view = view;
    this.#frames = frames;
    this.#clock = clock;
    this.#state = view.state;
    this.#cursor = new Cursor(view.seq);
    this.#heardAt = clock.now();
  }

  get uuid() {
    return this.#view.uuid;
  }

  get view() {
    return this.#view;
  }

  get state() {
    return this.#state;
  }

  get seq() {
    return this.#cursor.seq;
  }

  /** The position in the queue, from 1; null if unknown. */
  get position() {
    return this.#position;
  }

  get isTerminal() {
    return isTerminal(this.#state);
  }

  get isStreaming() {
    return this.#state === TurnState.STREAMING && !this.#isFrozen;
  }

  get isQueued() {
    return this.#state === TurnState.QUEUED && !this.#isFrozen;
  }

  /** Whether the reader has stopped it and the server has not confirmed the end. */
  get isFrozen() {
    return this.#isFrozen && !this.isTerminal;
  }

  /** Whether it has ended, but the final HTML is missing. */
  get isProvisional() {
    return this.#isProvisional;
  }

  /** The number of sources that the answer cites. */
  get sourceCount() {
    return this.#citations ?? this.#view.sourceCount;
  }

  /** Milliseconds since the last event about it. */
  get silence() {
    return this.#clock.now() - this.#heardAt;
  }

  /** Whether text is missing and has not been requested; for a while after a ``follow``, older tokens still arrive. */
  get needsFollow() {
    return this.#hasGap && this.#clock.now() - this.#followedAt >= PATIENCE;
  }

  /** Note that its log is followed again from the position of this turn. */
  followed() {
    this.#heardAt = this.#followedAt = this.#clock.now();
  }

  heard() {
    this.#heardAt = this.#clock.now();
  }

  /**
   * Take over the id and the state that the server has given to the question.
   * @param {Accepted} event
   */
  accept({ turn, state, position }) {
    if (this.uuid !== turn) this.#view.name(turn);
    this.heard();
    if (state === TurnState.QUEUED) this.queue(position);
    else this.start();
  }

  /** Show whether the question is on its way to the server, or waits for the network. @param {boolean} isAway */
  showWay(isAway) {
    if (this.#state === TurnState.SENDING && !this.#isFrozen) this.#view.showSending(isAway);
  }

  /** @param {number | null} position */
  queue(position) {
    if (this.#state === TurnState.STREAMING || this.isTerminal) return;
    this.#state = TurnState.QUEUED;
    this.#position = position;
    if (!this.#isFrozen) this.#view.showQueued(position);
  }

  start() {
    this.enter(undefined);
  }

  /** @param {string | undefined} phase undefined if unknown */
  enter(phase) {
    if (this.isTerminal) return;
    this.#state = TurnState.STREAMING;
    this.#position = null;
    this.#phase = phase;
    if (!this.#isFrozen) this.#view.showStreaming(phase);
    if (phase === "thinking") this.#think();
    if (phase === "waiting") this.#clock.after(LONG_WAIT, () => this.#waitOn());
  }

  /**
   * Show the text of a token with the next frame, if it comes next.
   * @param {Token} token
   * @returns {Offer}
   */
  take(token) {
    if (this.isTerminal || this.#isFrozen) return Offer.SKIP;
    const offer = this.#cursor.offer(token);
    if (offer === Offer.GAP) this.#hasGap = true;
    if (offer !== Offer.APPLY) return offer;
    if (!this.isStreaming) this.start();
    this.#hasGap = false;
    this.#followedAt = -Infinity;
    this.#waiting += token.content;
    this.#frames.request(this.#render);
    return offer;
  }

  /** @param {Citation[]} citations */
  cite(citations) {
    this.#citations = citations.length;
  }

  /** Stop at the text that is shown now, until the server confirms the end. */
  freeze() {
    if (this.isTerminal || this.#isFrozen) return;
    this.#write();
    this.#isFrozen = true;
    this.#view.showStopping();
  }

  /**
   * End it provisionally, until ``replace`` brings the final HTML.
   * @param {TurnState} state
   * @param {string} message
   */
  end(state, message = "") {
    if (this.isTerminal) return;
    this.#write();
    this.#state = state;
    this.#isProvisional = true;
    this.#view.showEnded(state, message);
  }

  /**
   * Show the HTML of the server, if it is newer than the turn on the page.
   * @param {HTMLElement} element
   * @returns {boolean} whether it was newer
   */
  replace(element) {
    const isFurther = !this.isTerminal && !this.#isFrozen && Number(element.dataset.seq) > this.seq;
    const isFinal = isTerminal(stateOf(element)) && (!this.isTerminal || this.#isProvisional);
    if (!isFurther && !isFinal) return false;
    this.#waiting = "";
    this.#view.replace(element);
    this.#state = this.#view.state;
    this.#cursor = new Cursor(this.#view.seq);
    this.#isProvisional = this.#hasGap = false;
    this.heard();
    return true;
  }

  #waitOn() {
    if (this.isStreaming && this.#phase === "waiting" && this.seq === 0) this.#view.showStillWaiting();
  }

  /** Count the seconds of the model's thoughts, as long as they go on. */
  #think() {
    const since = this.#clock.now();
    const stop = this.#clock.every(SECOND, () => {
      if (this.isStreaming && this.#phase === "thinking" && this.seq === 0) {
        this.#view.showSeconds(Math.round((this.#clock.now() - since) / SECOND));
      } else stop();
    });
  }

  #write() {
    const text = this.#waiting;
    this.#waiting = "";
    if (!this.isTerminal) this.#view.write(text);
  }
}
