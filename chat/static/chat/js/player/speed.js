/**
 * @import { Store } from "../asking/store.js"
 * @import { Player } from "./player.js"
 */

/** The choice of the speed, which is remembered for this browser. */
export class Speed {
  /** @type {HTMLSelectElement} */ #select;
  /** @type {Player} */ #player;
  /** @type {Store} */ #store;

  /** @param {{select: HTMLSelectElement, player: Player, store: Store}} parts ``store`` outlives the tab */
  constructor({ select, player, store }) {
    this.#select = select;
    this.#player = player;
    this.#store = store;
  }

  start() {
    const speed = String(this.#store.get("speed") ?? "");
    if ([...this.#select.options].some(({ value }) => value === speed)) this.#player.speed = Number(speed);
    this.#show();
    this.#select.addEventListener("change", () => this.#choose());
    this.#player.onChange(() => this.#show());
  }

  #choose() {
    this.#player.speed = Number(this.#select.value);
    this.#store.set("speed", this.#player.speed);
  }

  /** Show the speed that was chosen, perhaps in the browser's own menu. */
  #show() {
    const speed = String(this.#player.speed);
    if (this.#select.value !== speed) this.#select.value = speed;
  }
}
