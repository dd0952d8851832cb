import { CloseCode, reconnectDelay } from "./backoff.js";

/**
 * @import { Clock } from "../page/clock.js"
 * @import { Command, ServerEvent } from "./wire.js"
 */

export const ConnectionState = Object.freeze({
  CONNECTING: "connecting",
  OPEN: "open",
  WAITING: "waiting",
  RESTING: "resting",
  CLOSED: "closed",
});

/**
 * @typedef {(typeof ConnectionState)[keyof typeof ConnectionState]} ConnectionState
 *
 * @typedef {{connectionOpened: () => void, connectionReceived: (event: ServerEvent) => void,
 *   connectionSilent: () => void, connectionHeard: () => void, connectionLost: (code: number) => void,
 *   connectionBlocked: () => void, connectionSignedOut: () => void}} ConnectionDelegate ``connectionSilent``: the server
 *   has not answered for a while; ``connectionHeard``: it has, after such a silence; ``connectionBlocked``: see
 *   ``isBlocked``, after each attempt; ``connectionSignedOut``: nobody is signed in, and the connection stays closed
 */

// The page checks for silence with every heartbeat, so it reconnects after less than the sum of both: 9 seconds. It
// reports an unanswered ping within 5 seconds.
const HEARTBEAT = 3_000;
const SILENCE = 5_900;
const DOUBT = 1_800;
const PROBE = 1_500;
const OPENING = 10_000;
const LOST = 1006;
const BLOCKED_ATTEMPTS = 3;
const BLOCKED_AFTER = 4_000;
const BLOCKED_SINCE_OPEN = 20_000;

/**
 * The WebSocket of the page. It detects that the server is gone, and reconnects.
 */
export class Connection {
  /** @type {string} */ #url;
  /** @type {Clock} */ #clock;
  /** @type {() => number} */ #random;
  /** @type {(url: string) => WebSocket} */ #createSocket;
  /** @type {ConnectionDelegate | null} */ #delegate = null;
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {ConnectionState} */ #state = ConnectionState.CLOSED;
  #attempt = 0;
  #wasOpen = false;
  /** @type {number | null} since when there was no connection though the page wants one */ #failingSince = null;
  /** @type {number | null} */ #restartWithin = null;
  #heardAt = 0;
  #beatAt = 0;
  #cancelTimer = () => {};
  /** @type {(() => void) | null} */ #cancelProbe = null;
  #cancelDoubt = () => {};
  #isSilent = false;

  /**
   * @param {{url: string, clock: Clock, random?: () => number, createSocket?: (url: string) => WebSocket}} parts
   */
  constructor({ url, clock, random = Math.random, createSocket = (address) => new WebSocket(address) }) {
    this.#url = url;
    this.#clock = clock;
    this.#random = random;
    this.#createSocket = createSocket;
  }

  get isOpen() {
    return this.#state === ConnectionState.OPEN;
  }

  /**
   * Whether WebSockets seem to be blocked, or the site to be away: a proxy may refuse them, or let them hang, from the
   * beginning or later.
   */
  get isBlocked() {
    if (this.#failingSince === null) return false;
    const failingFor = this.#clock.now() - this.#failingSince;
    if (this.#wasOpen) return failingFor >= BLOCKED_SINCE_OPEN;
    return this.#attempt >= BLOCKED_ATTEMPTS || failingFor >= BLOCKED_AFTER;
  }

  /** @param {ConnectionDelegate} delegate */
  start(delegate) {
    this.#delegate = delegate;
    this.#connect();
    this.#clock.after(BLOCKED_AFTER, () => this.#reportBlocked());
  }

  /**
   * Send a command if the connection is open.
   * @param {Command} command
   * @returns {boolean} whether it was sent
   */
  send(command) {
    if (!this.isOpen || this.#socket === null) return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  /** Check the connection at once, after the page or the network may have been suspended. */
  wake() {
    if (this.#state === ConnectionState.WAITING) this.#connect();
    else if (this.#state === ConnectionState.CONNECTING || this.isOpen) this.#probe();
  }

  /** Close the connection until ``resume``. */
  rest() {
    if (this.#state === ConnectionState.CLOSED) return;
    this.#drop();
    this.#failingSince = null;
    this.#state = ConnectionState.RESTING;
  }

  /** Connect again if the connection rests. */
  resume() {
    if (this.#state === ConnectionState.RESTING) this.#connect();
  }

  #connect() {
    this.#drop();
    this.#failingSince ??= this.#clock.now();
    this.#state = ConnectionState.CONNECTING;
    const socket = this.#createSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = (message) => this.#heard(message.data);
    socket.onclose = (closing) => this.#lost(closing.code);
    this.#cancelTimer = this.#clock.after(OPENING, () => this.#lost(LOST));
  }

  #opened() {
    this.#cancelTimer();
    this.#endProbe();
    this.#state = ConnectionState.OPEN;
    this.#wasOpen = true;
    this.#failingSince = null;
    this.#restartWithin = null;
    this.#heardAt = this.#clock.now();
    this.#beatAt = this.#clock.timeOfDay();
    this.#cancelTimer = this.#clock.every(HEARTBEAT, () => this.#beat());
    this.#notify((delegate) => delegate.connectionOpened());
  }

  /** @param {string} data */
  #heard(data) {
    this.#heardAt = this.#clock.now();
    this.#endProbe();
    this.#endDoubt();
    const event = parse(data);
    if (event === null) return;
    this.#attempt = 0; // not when it opens: a server that accepts and closes at once has not recovered
    if (event.type === "restart") this.#restartWithin = event.retry_after_ms;
    this.#notify((delegate) => delegate.connectionReceived(event));
  }

  /** Ping or give up the connection. After a long sleep silence proves nothing, so the server gets time to answer. */
  #beat() {
    const slept = this.#clock.timeOfDay() - this.#beatAt > 2 * HEARTBEAT;
    this.#beatAt = this.#clock.timeOfDay();
    if (slept) this.#probe();
    else if (this.#clock.now() - this.#heardAt >= SILENCE) this.#lost(LOST);
    else this.#ping();
  }

  #ping() {
    this.send({ type: "ping" });
    this.#cancelDoubt();
    this.#cancelDoubt = this.#clock.after(DOUBT, () => {
      this.#isSilent = true;
      this.#notify((delegate) => delegate.connectionSilent());
    });
  }

  #endDoubt() {
    this.#cancelDoubt();
    if (this.#isSilent) this.#notify((delegate) => delegate.connectionHeard());
    this.#isSilent = false;
  }

  #probe() {
    if (this.#cancelProbe !== null) return;
    this.send({ type: "ping" });
    this.#cancelProbe = this.#clock.after(PROBE, () => this.#reconnectNow());
  }

  #endProbe() {
    this.#cancelProbe?.();
    this.#cancelProbe = null;
  }

  #reconnectNow() {
    if (this.isOpen) this.#notify((delegate) => delegate.connectionLost(LOST));
    this.#connect();
  }

  /** @param {number} code */
  #lost(code) {
    const wasOpen = this.isOpen;
    this.#drop();
    if (code === CloseCode.SIGNED_OUT) {
      this.#state = ConnectionState.CLOSED;
      this.#notify((delegate) => delegate.connectionSignedOut());
      return;
    }
    this.#failingSince ??= this.#clock.now();
    const situation = { code, attempt: this.#attempt, restartWithin: this.#restartWithin, random: this.#random };
    this.#attempt += 1;
    this.#state = ConnectionState.WAITING;
    this.#cancelTimer = this.#clock.after(reconnectDelay(situation), () => this.#connect());
    if (wasOpen || this.#attempt === 1) this.#notify((delegate) => delegate.connectionLost(code));
    this.#reportBlocked();
  }

  #reportBlocked() {
    if (this.isBlocked) this.#notify((delegate) => delegate.connectionBlocked());
  }

  /**
   * Call the delegate, and log its errors: they must not end the connection.
   * @param {(delegate: ConnectionDelegate) => void} call
   */
  #notify(call) {
    try {
      if (this.#delegate) call(this.#delegate);
    } catch (error) {
      console.error(error);
    }
  }

  /** Drop the socket without waiting for the close handshake, which a dead server never completes. */
  #drop() {
    this.#cancelTimer();
    this.#cancelDoubt();
    this.#isSilent = false;
    this.#endProbe();
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/** @param {string} data @returns {ServerEvent | null} */
function parse(data) {
  try {
    const event = JSON.parse(data);
    return typeof event?.type === "string" ? event : null;
  } catch {
    console.error("A frame could not be read.");
    return null;
  }
}
