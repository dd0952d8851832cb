import { findRequired } from "../page/elements.js";
import { isTyping } from "../page/shortcuts.js";

/**
 * @import { Store } from "../asking/store.js"
 * @import { Player } from "./player.js"
 */

const BACK = 5;
const OWN_SPACE = "button, summary, input, select, textarea, audio, video, [role=button], [contenteditable]";

/** What the browser's own controls lack: five seconds back, a speed that is remembered, and Space for a pause. */
export class PlayerControls {
  /** @type {HTMLElement} */ #element;
  /** @type {Player} */ #player;
  /** @type {Store} */ #store;
  /** @type {HTMLSelectElement} */ #speed;

  /** @param {{element: HTMLElement, player: Player, store: Store}} parts ``store`` outlives the tab */
  constructor({ element, player, store }) {
    this.#element = element;
    this.#player = player;
    this.#store = store;
    this.#speed = findRequired(element, "speed", HTMLSelectElement);
  }

  start() {
    this.#element.hidden = false;
    this.#remember();
    this.#speed.addEventListener("change", () => this.#choose());
    this.#player.onChange(() => this.#showSpeed());
    findRequired(this.#element, "skip-back", HTMLElement).addEventListener("click", () => this.#player.skip(-BACK));
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #remember() {
    const speed = String(this.#store.get("speed") ?? "");
    if ([...this.#speed.options].some(({ value }) => value === speed)) this.#player.speed = Number(speed);
    this.#showSpeed();
  }

  #choose() {
    this.#player.speed = Number(this.#speed.value);
    this.#store.set("speed", this.#player.speed);
  }

  /** Show the speed that was chosen, perhaps in the browser's own menu. */
  #showSpeed() {
    const speed = String(this.#player.speed);
    if (this.#speed.value !== speed) this.#speed.value = speed;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== " " || event.defaultPrevented || event.isComposing || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || isTyping(event)) return;
    if (event.target instanceof Element && event.target.closest(OWN_SPACE)) return;
    event.preventDefault();
    this.#player.toggle();
  }
}
