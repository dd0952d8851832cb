import { find, findRequired } from "../page/elements.js";
import { BACK } from "../player/player_controls.js";
import { reasonFor } from "../player/reason.js";
import { Speed } from "../player/speed.js";

/**
 * @import { Store } from "../asking/store.js"
 * @import { Player } from "../player/player.js"
 * @typedef {{address: string, from: number, to: number}} Words what is played, in seconds; ``to`` may be Infinity
 * @typedef {"ended" | "failed" | "left"} Outcome how it went: played to the end, not at all, or given up before
 */

const FAILED = "The audio could not be played. Its file may be missing.";

/** The sound of the panel: it plays the quoted words of the opened source and stops after them. */
export class PanelSound {
  /** @type {HTMLElement} */ #element;
  /** @type {HTMLElement} */ #failure;
  /** @type {HTMLElement} */ #button;
  /** @type {HTMLElement} */ #played;
  /** @type {HTMLElement} */ #time;
  /** @type {Player} */ #player;
  /** @type {Speed} */ #speed;
  /** @type {Words | null} */ #words = null;
  /** @type {((outcome: Outcome) => void) | null} told when what plays has ended */ #tell = null;
  #isExplained = false;

  /** @param {{panel: HTMLElement, player: Player, store: Store}} parts ``store`` outlives the tab */
  constructor({ panel, player, store }) {
    this.#element = findRequired(panel, "sound", HTMLElement);
    this.#failure = findRequired(panel, "sound-failure", HTMLElement);
    this.#button = findRequired(panel, "sound-play", HTMLElement);
    this.#played = findRequired(panel, "played", HTMLElement);
    this.#time = findRequired(panel, "sound-time", HTMLElement);
    this.#player = player;
    this.#speed = new Speed({ select: findRequired(panel, "sound-speed", HTMLSelectElement), player, store });
  }

  start() {
    this.#speed.start();
    this.#player.onChange(() => this.#show());
    this.#button.addEventListener("click", () => this.toggle());
    findRequired(this.#element, "sound-back", HTMLElement).addEventListener("click", () => this.skip(-BACK));
  }

  /** Whether there is anything to hear. */
  get canPlay() {
    return this.#words !== null && this.#player.state !== "failed";
  }

  get isOn() {
    return this.#isOurs && this.#player.isOn;
  }

  /** Stop what plays: another source is about to come, or none. */
  stop() {
    if (this.#isOurs) this.#player.pause();
    this.#finish("left");
    this.#words = null;
  }

  /** Offer the sound of an opened source, if it has any. @param {ParentNode} content */
  offer(content) {
    this.stop();
    const opened = find(content, "opened", HTMLElement);
    this.#words = opened ? wordsIn(opened) : null;
    this.#isExplained = false;
    this.#failure.hidden = true;
    this.#element.hidden = this.#words === null;
    if (this.#words) this.#player.prepare(this.#words.from, this.#words.address);
    this.#show();
  }

  /**
   * Play the quoted words from the first one on.
   * @returns {Promise<Outcome>}
   */
  play() {
    this.#finish("left");
    if (this.#words === null) return Promise.resolve("failed");
    const { address, from, to } = this.#words;
    /** @type {Promise<Outcome>} */
    const outcome = new Promise((resolve) => {
      this.#tell = resolve;
    });
    this.#player.play(from, to, address);
    return outcome;
  }

  /** Pause, or go on; at the end begin again. */
  toggle() {
    if (this.#words === null) return;
    if (this.isOn) this.#player.pause();
    else if (this.#isOurs) this.#player.resume();
    else this.play();
  }

  /**
   * Play from some seconds before or after the position on, up to the end of the quoted words.
   * @param {number} seconds negative for back
   */
  skip(seconds) {
    if (this.#words === null) return;
    const { address, from, to } = this.#words;
    const time = (this.#isOurs ? this.#player.time : from) + seconds;
    if (time < to) this.#player.play(Math.max(0, time), to, address);
  }

  /** Whether the player has the span of the panel, which may begin before the quoted words. */
  get #isOurs() {
    const { span } = this.#player;
    return span !== null && span.address === this.#words?.address && span.to === this.#words.to;
  }

  #show() {
    if (this.#words === null) return;
    const { state, time } = this.#player;
    const isFailed = state === "failed" && this.#player.address === this.#words.address;
    this.#button.dataset.state = this.#isOurs ? state : "silent";
    this.#button.setAttribute("aria-label", this.isOn ? "Pause" : "Play the quoted words");
    this.#showTime(this.#isOurs ? time : this.#words.from);
    if (isFailed && !this.#isExplained) this.#explain(this.#words);
    this.#isExplained = isFailed;
    if (!isFailed) this.#failure.hidden = true;
    if (isFailed) this.#finish("failed");
    else if (!this.#isOurs) this.#finish("left");
    else if (this.#player.hasEnded) this.#finish("ended");
  }

  /** @param {number} time */
  #showTime(time) {
    const { from, to } = this.#words ?? { from: 0, to: 0 };
    const part = to === Infinity ? 0 : (time - from) / (to - from);
    this.#played.style.inlineSize = `${Math.max(0, Math.min(part, 1)) * 100}%`;
    this.#time.textContent = to === Infinity ? clock(time) : `${clock(time)} / ${clock(to)}`;
  }

  /** Say why the audio cannot be heard, as soon as the site has told. @param {Words} words */
  async #explain(words) {
    this.#failure.textContent = FAILED;
    this.#failure.hidden = false;
    const reason = await reasonFor(words.address);
    if (reason !== "" && this.#words === words) this.#failure.textContent = reason;
  }

  /** @param {Outcome} outcome */
  #finish(outcome) {
    const tell = this.#tell;
    this.#tell = null;
    tell?.(outcome);
  }
}

/** @param {HTMLElement} opened @returns {Words | null} */
function wordsIn({ dataset }) {
  if (dataset.audioAddress === undefined) return null;
  return { address: dataset.audioAddress, from: Number(dataset.from), to: Number(dataset.to ?? Infinity) };
}

/** @param {number} seconds @returns {string} as the pages show it: ``1:02``, ``1:00:02`` */
function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const parts = hours > 0 ? [hours, String(minutes).padStart(2, "0")] : [minutes];
  return [...parts, String(rest).padStart(2, "0")].join(":");
}
