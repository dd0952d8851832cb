/**
 * @typedef {{address: string, from: number, to: number}} Span a part of a recording: the address of its audio and
 *   times in seconds; ``to`` is Infinity for the rest of it
 * @typedef {"silent" | "loading" | "playing" | "failed"} PlayerState
 * @import { Clock } from "../page/clock.js"
 * @import { Gate } from "./gate.js"
 */

const NEAR = 0.5;
const SLACK = 0.1;

/**
 * The only sound of a page. It plays spans of recordings: a new one replaces the one before, and each stops at its end.
 */
export class Player {
  /** @type {HTMLAudioElement} */ #audio;
  /** @type {Clock} */ #clock;
  /** @type {Gate | null} */ #gate;
  /** @type {Span | null} */ #span = null;
  /** @type {PlayerState} */ #state = "silent";
  /** @type {string} the address that the audio element has loaded */ #loaded;
  /** @type {(() => void)[]} */ #listeners = [];
  #cancelTimer = () => {};

  /**
   * @param {{audio: HTMLAudioElement, clock: Clock, gate?: Gate | null}} parts ``audio`` may be one that the page shows,
   *   or a new one; with a ``gate`` nothing is heard after the end of a span, however busy the page is
   */
  constructor({ audio, clock, gate = null }) {
    this.#audio = audio;
    this.#clock = clock;
    this.#gate = gate;
    this.#loaded = audio.getAttribute("src") ?? "";
    for (const name of ["timeupdate", "playing", "ratechange"]) audio.addEventListener(name, () => this.#moved());
    audio.addEventListener("waiting", () => this.#waited());
    audio.addEventListener("playing", () => this.#enter("playing"));
    audio.addEventListener("pause", () => this.#enter("silent"));
    audio.addEventListener("ended", () => this.#enter("silent"));
    audio.addEventListener("error", () => this.#enter("failed"));
    audio.addEventListener("seeking", () => this.#sought());
    if (audio.error) this.#state = "failed"; // before there was a script
  }

  /** The span that was played last, also after its end; null if there was none, or the reader has left it. */
  get span() {
    return this.#span;
  }

  get state() {
    return this.#state;
  }

  /** The address of the audio that was loaded last. */
  get address() {
    return this.#loaded;
  }

  /** The position in the recording, in seconds. */
  get time() {
    return this.#audio.currentTime;
  }

  /** How fast it plays; 1 is as it was recorded. */
  get speed() {
    return this.#audio.playbackRate;
  }

  set speed(speed) {
    this.#audio.defaultPlaybackRate = speed; // what is loaded next begins with it
    this.#audio.playbackRate = speed;
  }

  /** Whether it plays, or is about to. */
  get isOn() {
    return this.#state === "playing" || this.#state === "loading";
  }

  /** Whether the span was played to its end. */
  get hasEnded() {
    return this.#span !== null && !this.isOn && (this.#audio.ended || this.time >= this.#span.to);
  }

  /**
   * Call a listener after each change of the state, the span or the time.
   * @param {() => void} listener
   */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /**
   * Play a part of a recording, and stop at its end.
   * @param {number} from in seconds
   * @param {number} to in seconds; Infinity for the rest of the recording
   * @param {string} address of the audio; by default the one that was played before
   */
  async play(from, to = Infinity, address = this.#loaded) {
    this.#span = { address, from, to };
    this.#load(address);
    this.#audio.currentTime = from;
    await this.#start();
  }

  /** Go on with the span where it was paused, or from its start once it has ended. */
  async resume() {
    if (this.#span === null) return;
    const { from, to, address } = this.#span;
    const isInside = this.#holds(this.time) && to - this.time > SLACK;
    if (isInside && this.#audio.error === null) await this.#start();
    else await this.play(from, to, address);
  }

  pause() {
    this.#audio.pause();
    if (this.isOn) this.#enter("silent");
  }

  /** Pause, or go on: with the span, or without one from the position. */
  async toggle() {
    if (this.isOn) this.pause();
    else if (this.#span === null) await this.#start();
    else await this.resume();
  }

  /**
   * Move the position, and go on as before.
   * @param {number} seconds negative for back
   */
  skip(seconds) {
    this.#audio.currentTime = Math.max(0, this.time + seconds);
  }

  /**
   * Set the position without playing.
   * @param {number} time in seconds
   */
  cue(time) {
    this.#span = null;
    this.#audio.currentTime = time;
  }

  /**
   * Load audio at a position, so that it can be heard without delay when it is played.
   * @param {number} time in seconds
   * @param {string} address
   */
  prepare(time, address) {
    if (this.isOn) return;
    this.#load(address);
    this.cue(time);
    this.#enter("silent");
  }

  /** @param {string} address */
  #load(address) {
    if (address === this.#loaded && this.#audio.error === null) return;
    this.#loaded = address;
    this.#audio.src = address;
  }

  async #start() {
    const span = this.#span;
    this.#gate?.open();
    this.#enter("loading");
    try {
      await this.#audio.play();
    } catch (error) {
      if (this.#span === span && !isAbort(error)) this.#enter("failed");
    }
  }

  /** @param {number} time @returns {boolean} whether it is in the span */
  #holds(time) {
    return this.#span !== null && time >= this.#span.from - SLACK && time <= this.#span.to;
  }

  /** Forget the span when the reader moves the position out of it: the sound then goes on. */
  #sought() {
    this.#gate?.open();
    if (this.#span === null || this.#holds(this.time)) return;
    this.#span = null;
    this.#tell();
  }

  /** Stop at the end of the span. The audio element reports its time only a few times a second, so use a timer, too. */
  #moved() {
    this.#cancelTimer();
    const left = (this.#span?.to ?? Infinity) - this.time;
    if (this.#audio.paused) return this.#tell();
    if (left <= 0) this.#audio.pause();
    else if (left < NEAR) this.#cancelTimer = this.#clock.after(this.#wait(left), () => this.#moved());
    if (left > 0) this.#gate?.closeAfter(this.#wait(left) / 1_000);
    return this.#tell();
  }

  /** Wait for audio that has not come yet: the end of the span is later by that. */
  #waited() {
    this.#cancelTimer();
    this.#gate?.open();
    this.#enter("loading");
  }

  /** @param {number} seconds of the recording @returns {number} the milliseconds that they take */
  #wait(seconds) {
    return (seconds * 1_000) / this.#audio.playbackRate;
  }

  /** @param {PlayerState} state */
  #enter(state) {
    this.#state = state;
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * Return whether a call of ``play`` was only interrupted by another one, or by a pause.
 * @param {unknown} error
 * @returns {boolean}
 */
function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}
