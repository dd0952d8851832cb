import { closest, find, findAll } from "../page/elements.js";
import { reasonFor } from "./reason.js";

/** @import { Player } from "./player.js" */

const FAILED = "The audio could not be played. Its file may be missing.";

/**
 * The ▶ buttons of a page: each plays its part of a recording, and pauses it while it plays. Some are links, which
 * without script open the audio itself.
 */
export class PlayButtons {
  /** @type {HTMLElement} */ #root;
  /** @type {Player} */ #player;
  /** @type {HTMLElement | null} the button that was pressed last */ #button = null;
  #isExplained = false;

  /** @param {{root: HTMLElement, player: Player}} parts */
  constructor({ root, player }) {
    this.#root = root;
    this.#player = player;
  }

  start() {
    this.refresh();
    this.#root.addEventListener("click", (event) => this.#clicked(event));
    this.#player.onChange(() => this.#show());
    this.#show();
  }

  /** Take over the buttons of the page, which may be other ones now. */
  refresh() {
    const buttons = findAll(this.#root, "play");
    for (const button of buttons) button.hidden = false;
    if (this.#button === null || this.#button.isConnected) return;
    const { play } = this.#button.dataset;
    this.#button = buttons.find(({ dataset }) => dataset.play === play) ?? this.#button;
    this.#show();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = closest(event, "[data-play]");
    if (button === null || isForNewTab(event)) return;
    event.preventDefault();
    const isSame = button === this.#button && this.#isCurrent;
    if (this.#button && !isSame) show(this.#button, "silent", 0);
    this.#button = button;
    if (isSame && this.#player.isOn) this.#player.pause();
    else if (isSame) this.#player.resume();
    else this.#play(button);
  }

  /** @param {HTMLElement} button */
  #play({ dataset }) {
    this.#player.play(Number(dataset.play), Number(dataset.playEnd ?? Infinity), dataset.playAudio);
  }

  /** Whether the player still has the span of the button. */
  get #isCurrent() {
    const { span } = this.#player;
    return span !== null && span.from === Number(this.#button?.dataset.play);
  }

  #show() {
    const { state } = this.#player;
    if (this.#button) show(this.#button, this.#isCurrent ? state : "silent", this.#player.time);
    const isFailed = state === "failed" && (this.#button === null || this.#isCurrent);
    if (isFailed && !this.#isExplained) this.#explain();
    this.#isExplained = isFailed;
  }

  /** Say why the audio cannot be heard, as soon as the site has told. */
  async #explain() {
    const { address } = this.#player;
    const failure = failureOf(this.#button);
    if (failure === null) return;
    tell(failure, FAILED);
    const reason = await reasonFor(address);
    if (reason !== "" && this.#player.state === "failed" && this.#player.address === address) tell(failure, reason);
  }
}

/**
 * Show the state of the player at a button, and around it at what it plays.
 * @param {HTMLElement} button
 * @param {string} state
 * @param {number} time
 */
function show(button, state, time) {
  const isOn = state === "playing" || state === "loading";
  const label = button.getAttribute("aria-label") ?? "";
  button.dataset.state = state;
  button.setAttribute("aria-label", label.replace(/^\w+/u, isOn ? "Pause" : "Play"));
  const moment = button.closest("[data-source]");
  moment?.toggleAttribute("data-playing", isOn);
  if (moment) moveHead(moment, time);
  const failure = failureOf(button);
  if (failure !== null && state !== "failed") tell(failure, "");
}

/** @param {HTMLElement | null} button @returns {HTMLElement | null} where the page says that its audio fails */
function failureOf(button) {
  const around = button === null ? document.querySelector("[data-player]") : button.closest("[data-source]");
  return around && find(around, "play-failure", HTMLElement);
}

/** @param {HTMLElement} failure @param {string} text empty to hide it */
function tell(failure, text) {
  failure.hidden = text === "";
  failure.textContent = text;
}

/** @param {MouseEvent} event @returns {boolean} whether it opens a link elsewhere */
function isForNewTab({ ctrlKey, metaKey, shiftKey }) {
  return ctrlKey || metaKey || shiftKey;
}

/** @param {Element} moment @param {number} time in seconds */
function moveHead(moment, time) {
  const head = find(moment, "play-head", SVGElement);
  if (head === null) return;
  const place = String((time / Number(head.dataset.duration)) * 1_000);
  head.setAttribute("x1", place);
  head.setAttribute("x2", place);
}
