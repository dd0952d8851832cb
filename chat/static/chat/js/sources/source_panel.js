import { sourceAddress } from "../page/addresses.js";
import { findRequired } from "../page/elements.js";
import { isTyping } from "../page/shortcuts.js";
import { BACK, isPlainSpace } from "../player/player_controls.js";
import { canBeHeard, copyOf, originOf, placeOf, sourcesBeside } from "./source.js";

/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Clock } from "../page/clock.js"
 * @import { Clipboard } from "../turns/clipboard.js"
 * @import { PanelSound } from "./panel_sound.js"
 */

const PATIENCE = 150;

/**
 * A source beside the answer: the quoted words with what was said around them, and their sound. It shows one source at
 * a time, and has keys while it has the focus.
 */
export class SourcePanel {
  /** @type {HTMLElement} */ #element;
  /** @type {Fragments} */ #fragments;
  /** @type {PanelSound} */ #sound;
  /** @type {Clipboard} */ #clipboard;
  /** @type {Clock} */ #clock;
  /** @type {string} the id of the source that is shown; empty if none is */ #shown = "";
  /** @type {AbortController | null} of the request that is under way */ #request = null;
  /** @type {Promise<boolean>} whether what was asked for last is shown */ #loaded = Promise.resolve(false);
  #onClose = () => {};
  /** @type {(source: HTMLElement) => void} */ #onMove = () => {};
  /** @type {() => void} */ #onTake = () => {};

  /**
   * @param {{element: HTMLElement, fragments: Fragments, sound: PanelSound, clipboard: Clipboard, clock: Clock}} parts
   */
  constructor({ element, fragments, sound, clipboard, clock }) {
    this.#element = element;
    this.#fragments = fragments;
    this.#sound = sound;
    this.#clipboard = clipboard;
    this.#clock = clock;
  }

  start() {
    this.#press("panel-close", () => this.#onClose());
    this.#press("panel-previous", () => this.step(-1));
    this.#press("panel-next", () => this.step(1));
    this.#press("panel-again", () => this.#load());
    this.#press("panel-copy", (button) => this.#copy(button));
    this.#element.addEventListener("keydown", (event) => this.#pressed(event));
    document.addEventListener("keydown", (event) => this.#escaped(event));
  }

  /** @param {() => void} onClose called when the reader wants the panel to be closed */
  onClose(onClose) {
    this.#onClose = onClose;
  }

  /** @param {(source: HTMLElement) => void} onMove called when the panel goes on to another source of the answer */
  onMove(onMove) {
    this.#onMove = onMove;
  }

  /** @param {() => void} onTake called when the reader chooses or closes a source, whatever was played by itself */
  onTake(onTake) {
    this.#onTake = onTake;
  }

  get element() {
    return this.#element;
  }

  get isOpen() {
    return this.#shown !== "";
  }

  /** The source that is shown; null if there is none, or the page has it no longer. */
  get source() {
    return document.getElementById(this.#shown);
  }

  /**
   * Show a source, and take the focus.
   * @param {HTMLElement} source
   */
  open(source) {
    this.#onTake();
    this.#show(source);
    this.#element.focus({ preventScroll: true });
  }

  /** Show a source, and leave the focus where it is. @param {HTMLElement} source */
  show(source) {
    this.#show(source);
  }

  /** Close the panel, wherever the focus is then. */
  close() {
    if (!this.isOpen) return;
    this.#onTake();
    this.#request?.abort();
    this.#shown = "";
    this.#element.hidden = true;
    this.#part("panel-body").replaceChildren();
    this.#sound.stop();
  }

  /**
   * Show the next source of the answer, or one before. What plays goes on with it.
   * @param {number} by
   */
  step(by) {
    const next = this.#beside(by);
    if (next === null) return;
    const plays = this.#sound.isOn;
    this.#onTake();
    this.goTo(next).then((isShown) => {
      if (isShown && plays) this.#sound.play();
    });
  }

  /**
   * Go on to another source of the answer.
   * @param {HTMLElement} source
   * @returns {Promise<boolean>} whether it is shown: the reader may have gone on meanwhile
   */
  goTo(source) {
    const shown = this.#show(source);
    this.#onMove(source);
    return shown;
  }

  /** @param {HTMLElement} source @returns {Promise<boolean>} whether it is still the one that is shown */
  #show(source) {
    if (source.id === this.#shown) return this.#loaded;
    this.#shown = source.id;
    this.#element.hidden = false;
    this.#part("panel-title").textContent = titleOf(source);
    this.#part("panel-recording").textContent = originOf(source);
    this.#part("panel-all").hidden = !canBeHeard(source);
    for (const [name, by] of /** @type {const} */ ([["panel-previous", -1], ["panel-next", 1]])) {
      this.#part(name).toggleAttribute("disabled", this.#beside(by) === null);
    }
    this.#part("panel-status").textContent = "";
    this.#loaded = this.#load();
    return this.#loaded;
  }

  /** @returns {Promise<boolean>} whether the source is still the one that is shown */
  async #load() {
    const { source } = this;
    if (source === null) return false;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#part("panel-failure").hidden = true;
    this.#sound.stop();
    const cancel = this.#clock.after(PATIENCE, () => this.#fill(copyOf(source)));
    const { turn, number } = placeOf(source);
    const { fragment } = await this.#fragments.get(sourceAddress(turn, number), request.signal);
    cancel();
    if (this.#request !== request || request.signal.aborted) return false;
    this.#part("panel-failure").hidden = fragment !== null;
    this.#fill(fragment ?? copyOf(source));
    return true;
  }

  /** @param {Node} content */
  #fill(content) {
    const body = this.#part("panel-body");
    body.replaceChildren(content);
    this.#part("panel-copy").hidden = this.#moment === "";
    this.#sound.offer(body);
    const quoted = body.querySelector("[data-cited] mark") ?? body.querySelector("[data-cited]");
    body.scrollTop = 0;
    if (quoted) center(quoted, body);
  }

  /** The address of the quoted words in their recording; empty if it is not there. */
  get #moment() {
    const opened = this.#part("panel-body").querySelector("[data-moment]");
    return opened instanceof HTMLElement ? (opened.dataset.moment ?? "") : "";
  }

  /** @param {number} by @returns {HTMLElement | null} */
  #beside(by) {
    const { source } = this;
    if (source === null) return null;
    const sources = sourcesBeside(source);
    return sources[sources.indexOf(source) + by] ?? null;
  }

  /** @param {HTMLElement} button */
  #copy(button) {
    this.#clipboard.copyLink(new URL(this.#moment, location.href).href, button);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (isTyping(event)) return;
    const action = isPlainSpace(event) ? () => this.#sound.toggle() : this.#actionOf(event.key);
    if (action === null) return;
    event.preventDefault();
    action();
  }

  /** @param {string} key @returns {(() => void) | null} */
  #actionOf(key) {
    if (key === "ArrowLeft") return () => this.#sound.skip(-BACK);
    if (key === "ArrowRight") return () => this.#sound.skip(BACK);
    if (key === "j" || key === "J") return () => this.step(1);
    return key === "k" || key === "K" ? () => this.step(-1) : null;
  }

  /** Close the panel, but nothing else: Escape also stops an answer, where the reader types. @param {KeyboardEvent} event */
  #escaped(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !this.isOpen) return;
    const isInside = event.target instanceof Node && this.#element.contains(event.target);
    if (!isInside && (isTyping(event) || document.querySelector(":popover-open, dialog[open]"))) return;
    event.preventDefault();
    this.#onClose();
  }

  /** @param {string} name @param {(button: HTMLElement) => void} action */
  #press(name, action) {
    const button = this.#part(name);
    button.addEventListener("click", () => action(button));
  }

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    return findRequired(this.#element, name, HTMLElement);
  }
}

/** @param {HTMLElement} source @returns {string} */
function titleOf(source) {
  return `Source ${placeOf(source).number} of ${sourcesBeside(source).length}`;
}

/**
 * Scroll a box so that an element in it is in its middle, or begins at its top if it is longer.
 * @param {Element} element
 * @param {HTMLElement} box
 */
function center(element, box) {
  const { top, height } = element.getBoundingClientRect();
  const place = top - box.getBoundingClientRect().top;
  box.scrollTop += place - Math.max(0, (box.clientHeight - height) / 2);
}
