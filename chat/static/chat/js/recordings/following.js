/**
 * @import { Clock } from "../page/clock.js"
 * @import { Player, Span } from "../player/player.js"
 * @import { Pieces } from "./pieces.js"
 * @import { Transcript } from "./transcript.js"
 */

const EDGE = 0.25;
const SETTLED = 1_000;
const OWN = ["wheel", "touchmove", "pointerdown", "keydown"];

/**
 * Keeps the segment that plays in view, until the reader scrolls it away. The button "Follow", or playing anything,
 * brings it back.
 */
export class Following {
  /** @type {Transcript} */ #transcript;
  /** @type {Pieces} */ #pieces;
  /** @type {Player} */ #player;
  /** @type {HTMLElement} */ #button;
  /** @type {Clock} */ #clock;
  #follows = true;
  #wasOn = false;
  /** @type {Span | null} */ #span = null;
  /** Whether the page is scrolled by this class. */
  #isScrolling = false;
  #cancelTimer = () => {};

  /** @param {{transcript: Transcript, pieces: Pieces, player: Player, button: HTMLElement, clock: Clock}} parts */
  constructor({ transcript, pieces, player, button, clock }) {
    this.#transcript = transcript;
    this.#pieces = pieces;
    this.#player = player;
    this.#button = button;
    this.#clock = clock;
  }

  start() {
    this.#transcript.onMove(() => this.#moved());
    this.#player.onChange(() => this.#changed());
    this.#button.addEventListener("click", () => this.follow());
    // A hand that scrolls while the page still moves by itself takes over.
    for (const name of OWN) addEventListener(name, () => this.#settle(), { passive: true });
    addEventListener("scrollend", () => this.#settle());
    addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Bring the segment that plays back into view, and keep it there. */
  follow() {
    this.#follows = true;
    this.#moved();
  }

  /** Follow again when the reader plays something. */
  #changed() {
    const { isOn, span } = this.#player;
    const isPlayed = isOn && (!this.#wasOn || (span !== null && span !== this.#span));
    this.#wasOn = isOn;
    this.#span = span;
    if (isPlayed) this.follow();
    else this.#offer();
  }

  #moved() {
    this.#offer();
    const { current, isElsewhere } = this.#transcript;
    if (isElsewhere && this.#follows) this.#fetch();
    else if (current && this.#follows && !isInside(current, EDGE)) this.#show(current);
  }

  /** Fetch the part of the transcript that plays. */
  async #fetch() {
    await this.#pieces.showTime(this.#player.time);
    const { latest, isElsewhere } = this.#transcript;
    if (latest && !isElsewhere && !isInside(latest, EDGE)) this.#show(latest);
  }

  /** @param {HTMLElement} segment */
  #show(segment) {
    this.#isScrolling = true;
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(SETTLED, () => this.#settle());
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    segment.scrollIntoView({ block: "center", behavior: isStill ? "instant" : "smooth" });
  }

  #settle() {
    this.#isScrolling = false;
    this.#cancelTimer();
  }

  #scrolled() {
    const { current } = this.#transcript;
    if (this.#isScrolling || !current) return;
    this.#follows = isInside(current, 0);
    this.#offer();
  }

  #offer() {
    const { current, isElsewhere } = this.#transcript;
    this.#button.hidden = this.#follows || (current === null && !isElsewhere);
  }
}

/**
 * Return whether an element is in view, below the player.
 * @param {HTMLElement} element
 * @param {number} edge the part of the view, at its end, that does not count
 * @returns {boolean}
 */
function isInside(element, edge) {
  const { top, bottom } = element.getBoundingClientRect();
  const covered = document.querySelector("[data-player]")?.getBoundingClientRect().bottom ?? 0;
  return bottom > covered && top >= Math.min(covered, bottom - 1) - 1 && top < innerHeight * (1 - edge);
}
