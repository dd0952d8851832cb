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
const BLOCKED_TICKS = 2;
const NEWS_TICKS = 10;
const DOUBT = 1_000;

/**
 * Synchronises the page with the server again after anything was lost: follows turns, fetches missing ones and repeats
 * commands.
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

  /** Resend asks, follow live turns and fetch missing ones: the server has forgotten the previous connection. */
  opened() {
    this.#asks.sendReady();
    const { live, last } = this.#turns;
    // Follow the last turn first, even if it has ended: it tells the server which turns the page has, and the server
    // then sends ``accepted`` for later ones.
    for (const turn of new Set(last ? [last, ...live] : live)) this.follow(turn);
    this.fetchNews();
  }

  /**
   * Follow a turn's log from the last chunk on the page.
   * @param {Turn} turn
   */
  follow(turn) {
    if (!this.#connection.send({ type: "follow", turn: turn.uuid, after: turn.seq })) return;
    turn.followed();
    this.confirmStop(turn);
  }

  /**
   * Send a Stop that the server has not confirmed.
   * @param {Turn} turn
   */
  confirmStop(turn) {
    if (turn.isFrozen && turn.uuid) this.#connection.send({ type: "stop", turn: turn.uuid, seen: turn.seq });
  }

  /** Remember that turns are missing on the page, and fetch them. */
  expectNews() {
    this.#lacksNews = true;
    this.fetchNews();
  }

  /** Fetch turns that were asked elsewhere, but not while asks of ours are pending: those would be shown twice. */
  fetchNews() {
    if (this.#asks.isWaiting) return;
    this.#lacksNews = false;
    this.#catchUp.newer({
      added: (turns) => this.#added(turns),
      gone: () => this.#missing(),
    });
  }

  /** Fetch the missing turns that have waited for an ask of ours. */
  askSettled() {
    if (this.#lacksNews) this.fetchNews();
  }

  /**
   * Fetch the HTML of a turn and show it.
   * @param {Turn} turn
   */
  async renew(turn) {
    if (await this.#catchUp.renew(turn)) this.#turns.changed();
  }

  /** Report the conversation as gone after two answers of 404: a single one may be transient. */
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
    if (this.#ticks % (this.#connection.isBlocked ? BLOCKED_TICKS : SLOW_TICKS) === 0) this.#renewWhatIsStuck();
    if (this.#ticks % NEWS_TICKS === 0 && !document.hidden) this.fetchNews();
  }

  #repeat() {
    this.#asks.sendReady();
    for (const turn of this.#turns.live) if (turn.needsFollow || turn.silence >= SILENCE) this.follow(turn);
  }

  /** Fetch the final HTML of ended turns that have none yet, and without a connection the text of live turns. */
  #renewWhatIsStuck() {
    for (const turn of this.#turns.provisional) this.renew(turn);
    if (!this.#connection.isOpen) for (const turn of this.#turns.live) this.renew(turn);
  }
}
