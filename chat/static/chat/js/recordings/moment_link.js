/**
 * @import { Player } from "../player/player.js"
 * @import { Clipboard } from "../turns/clipboard.js"
 * @import { Transcript } from "./transcript.js"
 */

/** The button that copies a link to the moment of a recording that plays, or has played last. */
export class MomentLink {
  /** @type {HTMLElement} */ #button;
  /** @type {Player} */ #player;
  /** @type {Transcript} */ #transcript;
  /** @type {Clipboard} */ #clipboard;

  /** @param {{button: HTMLElement, player: Player, transcript: Transcript, clipboard: Clipboard}} parts */
  constructor({ button, player, transcript, clipboard }) {
    this.#button = button;
    this.#player = player;
    this.#transcript = transcript;
    this.#clipboard = clipboard;
  }

  start() {
    this.#button.addEventListener("click", () => this.#clipboard.copyLink(this.#address, this.#button));
  }

  get #address() {
    const { time } = this.#player;
    const segment = this.#transcript.segmentAt(time);
    const address = new URL(location.pathname, location.href);
    address.searchParams.set("t", time.toFixed(1));
    address.hash = segment?.id ?? "";
    return address.href;
  }
}
