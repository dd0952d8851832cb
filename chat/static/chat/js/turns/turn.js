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

/**
 * One turn of the page: its state, how far its text was read, and what the reader sees of it.
 *
 * Nothing that comes late, twice or after the end changes it.
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

  /** Its place in the queue, from 1; null where that is not known. */
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

  /** Whether Stop was pressed and the end is not confirmed yet. */
  get isFrozen() {
    return this.#isFrozen && !this.isTerminal;
  }

  /** Whether it has ended and what the server has rendered of it is still to be fetched. */
  get isProvisional() {
    return this.#isProvisional;
  }

  /** How many sources its answer cites. */
  get sourceCount() {
    return this.#citations ?? this.#view.sourceCount;
  }

  /** Milliseconds without any sign of it. */
  get silence() {
    return this.#clock.now() - this.#heardAt;
  }

  /** Whether text is missing and not on its way. Just after a ``follow`` what was sent before it still comes. */
  get needsFollow() {
    return this.#hasGap && this.#clock.now() - this.#followedAt >= PATIENCE;
  }

  /** It was asked for again from its own place on. */
  followed() {
    this.#heardAt = this.#followedAt = this.#clock.now();
  }

  heard() {
    this.#heardAt = this.#clock.now();
  }

  /**
   * The server has accepted the question.
   * @param {Accepted} event
   */
  accept({ turn, state, position }) {
    if (this.uuid !== turn) this.#view.name(turn);
    this.heard();
    if (state === TurnState.QUEUED) this.queue(position);
    else this.start();
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

  /** @param {string | undefined} phase what it is doing */
  enter(phase) {
    if (this.isTerminal) return;
    this.#state = TurnState.STREAMING;
    this.#position = null;
    this.#phase = phase;
    if (!this.#isFrozen) this.#view.showStreaming(phase);
    if (phase === "waiting") this.#clock.after(LONG_WAIT, () => this.#waitOn());
  }

  /**
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

  /** Stop was pressed: the text stays as it is now. */
  freeze() {
    if (this.isTerminal || this.#isFrozen) return;
    this.#write();
    this.#isFrozen = true;
    this.#view.showStopping();
  }

  /**
   * It has ended; ``replace`` is to follow with what the server has rendered.
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
   * Shows what the server has rendered, if it is further than what is shown.
   * @param {HTMLElement} element
   * @returns {boolean} whether it was
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

  #write() {
    const text = this.#waiting;
    this.#waiting = "";
    if (!this.isTerminal) this.#view.write(text);
  }
}
