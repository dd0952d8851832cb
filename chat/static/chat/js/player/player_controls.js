import { findRequired } from "../page/elements.js";
import { isTyping } from "../page/shortcuts.js";
import { Speed } from "./speed.js";

/**
 * @import { Store } from "../asking/store.js"
 * @import { Player } from "./player.js"
 */

/** Seconds of one step back. */
export const BACK = 5;
const OWN_SPACE = "button, summary, input, select, textarea, audio, video, [role=button], [contenteditable]";

/** What the browser's own controls lack: five seconds back, a speed that is remembered, and Space for a pause. */
export class PlayerControls {
  /** @type {HTMLElement} */ #element;
  /** @type {Player} */ #player;
  /** @type {Speed} */ #speed;

  /** @param {{element: HTMLElement, player: Player, store: Store}} parts ``store`` outlives the tab */
  constructor({ element, player, store }) {
    this.#element = element;
    this.#player = player;
    this.#speed = new Speed({ select: findRequired(element, "speed", HTMLSelectElement), player, store });
  }

  start() {
    this.#element.hidden = false;
    this.#speed.start();
    findRequired(this.#element, "skip-back", HTMLElement).addEventListener("click", () => this.#player.skip(-BACK));
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (!isPlainSpace(event) || event.defaultPrevented || isTyping(event)) return;
    event.preventDefault();
    this.#player.toggle();
  }
}

/** @param {KeyboardEvent} event @returns {boolean} whether it is Space, and nothing that has a use for it was meant */
export function isPlainSpace(event) {
  if (event.key !== " " || event.isComposing || event.repeat) return false;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
  return !(event.target instanceof Element && event.target.closest(OWN_SPACE));
}
