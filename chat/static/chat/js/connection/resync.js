/**
 * @import { Asks } from "../asking/asks.js"
 * @import { Clock } from "../page/clock.js"
 * @import { Turn } from "../turns/turn.js"
 * @import { Turns } from "../turns/turns.js"
 * @import { CatchUp } from "./catch_up.js"
 * @import { Connection } from "./connection.js"
 *
 * @typedef {{conversationGone: () => void}} ResyncDelegate
 */

const TICK = 1_000;
const SILENCE = 15_000;
const SLOW_TICKS = 5;
const NEWS_TICKS = 10;
const DOUBT = 1_000;

/**
 * Sees to it that what the page shows and what the server knows come together again, whatever was lost on the way.
 */
export class Resync {
  /** @type {Connection} */ #connection;
  /** @type {Turns} */ #turns;
  /** @type {Asks} */ #asks;
  /** @type {CatchUp} */ #catchUp;
  /** @type {Clock} */ #clock;
  /** @type {ResyncDelegate | null} */ #delegate = null;
  #ticks = 0;
  #lacksNews = false;
  #isDoubtful = false;
  #cancelTimer = () => {};

  /** @param {{connection: Connection, turns: Turns, asks: Asks, catchUp: CatchUp, clock: Clock}} parts */
  constructor({ connection, turns, asks, catchUp, clock }) {
    this.#connection = connection;
    this.#turns = turns;
    this.#asks = asks;
    this.#catchUp = catchUp;
    this.#clock = clock;
  }

  /** @param {ResyncDelegate} delegate */
  start(delegate) {
    this.#delegate = delegate;
    this.#cancelTimer = this.#clock.every(TICK, () => this.#tick());
  }

  stop() {
    this.#cancelTimer();
  }

  /** The connection is there: nothing that was said over the one before counts. */
  opened() {
    this.#asks.sendReady();
    const { live, last } = this.#turns;
    // The last turn comes first, though it may have ended: it says up to where the page knows the conversation, and
    // what others have asked after it is told.
    for (const turn of new Set(last ? [last, ...live] : live)) this.follow(turn);
    this.fetchNews();
  }

  /**
   * Reads a turn's log from where the page is.
   * @param {Turn} turn
   */
  follow(turn) {
    if (!this.#connection.send({ type: "follow", turn: turn.uuid, after: turn.seq })) return;
    turn.followed();
    this.confirmStop(turn);
  }

  /**
   * Tells the server of a Stop that it has not confirmed.
   * @param {Turn} turn
   */
  confirmStop(turn) {
    if (turn.isFrozen && turn.uuid) this.#connection.send({ type: "stop", turn: turn.uuid, seen: turn.seq });
  }

  /** There are turns that the page does not have. */
  expectNews() {
    this.#lacksNews = true;
    this.fetchNews();
  }

  /** Fetches turns that were asked elsewhere; our own that are on their way come first, or they would show twice. */
  fetchNews() {
    if (this.#asks.isWaiting) return;
    this.#lacksNews = false;
    this.#catchUp.newer({
      added: (turns) => this.#added(turns),
      gone: () => this.#missing(),
    });
  }

  /** An ask of ours was answered, which others may have waited for. */
  askSettled() {
    if (this.#lacksNews) this.fetchNews();
  }

  /**
   * Fetches what the server has rendered of a turn.
   * @param {Turn} turn
   */
  async renew(turn) {
    if (await this.#catchUp.renew(turn)) this.#turns.changed();
  }

  /** One answer that there is no such conversation may be a mishap on the way. */
  #missing() {
    if (this.#isDoubtful) this.#delegate?.conversationGone();
    else this.#clock.after(DOUBT, () => this.fetchNews());
    this.#isDoubtful = true;
  }

  /** @param {Turn[]} turns */
  #added(turns) {
    this.#isDoubtful = false;
    for (const turn of turns) if (!turn.isTerminal) this.follow(turn);
    if (turns.length > 0) this.#turns.changed();
  }

  #tick() {
    this.#ticks += 1;
    if (this.#connection.isOpen) this.#repeat();
    if (this.#ticks % SLOW_TICKS === 0) this.#renewWhatIsStuck();
    if (this.#ticks % NEWS_TICKS === 0 && !document.hidden) this.fetchNews();
  }

  #repeat() {
    this.#asks.sendReady();
    for (const turn of this.#turns.live) if (turn.needsFollow || turn.silence >= SILENCE) this.follow(turn);
  }

  /** Without a connection the page still gets on, only more slowly; and a final form that did not come is fetched. */
  #renewWhatIsStuck() {
    for (const turn of this.#turns.provisional) this.renew(turn);
    if (!this.#connection.isOpen) for (const turn of this.#turns.live) this.renew(turn);
  }
}
