import { closest, find, findRequired } from "../page/elements.js";
import { placeOf, sourcesBeside } from "./source.js";

/**
 * @import { Clock } from "../page/clock.js"
 * @import { PanelSound } from "./panel_sound.js"
 * @import { SourceLinks } from "./source_links.js"
 * @import { SourcePanel } from "./source_panel.js"
 */

const BETWEEN = 1_200;

/** "Hear the whole answer": plays all sources of an answer in order, and says between them who speaks next. */
export class WholeAnswer {
  /** @type {SourcePanel} */ #panel;
  /** @type {PanelSound} */ #sound;
  /** @type {SourceLinks} */ #links;
  /** @type {Clock} */ #clock;
  /** @type {HTMLElement} */ #button;
  /** @type {HTMLElement} */ #status;
  /** @type {symbol | null} the round that plays; null if none does */ #round = null;
  #cancelPause = () => {};

  /** @param {{panel: SourcePanel, sound: PanelSound, links: SourceLinks, clock: Clock}} parts */
  constructor({ panel, sound, links, clock }) {
    this.#panel = panel;
    this.#sound = sound;
    this.#links = links;
    this.#clock = clock;
    this.#button = findRequired(panel.element, "panel-all", HTMLElement);
    this.#status = findRequired(panel.element, "panel-status", HTMLElement);
  }

  /** @param {HTMLElement} list of the turns */
  start(list) {
    list.addEventListener("click", (event) => this.#asked(closest(event, "[data-hear-all]")));
    this.#button.addEventListener("click", () => this.#toggle());
    this.#panel.onTake(() => this.#stop());
  }

  /** @param {HTMLElement | null} button of a turn */
  #asked(button) {
    const source = button && find(button.closest("[data-sources]") ?? button, "source", HTMLElement);
    if (!button || !source) return;
    this.#links.follow(button, source);
    this.#play(sourcesBeside(source));
  }

  #toggle() {
    const { source } = this.#panel;
    if (this.#round !== null) this.#stop();
    else if (source !== null) this.#play(sourcesBeside(source));
  }

  /** @param {HTMLElement[]} sources */
  async #play(sources) {
    const round = Symbol("round");
    this.#begin(round);
    let heard = 0;
    for (const { id } of sources) {
      const source = document.getElementById(id); // the turn may have been rendered again
      if (source === null) continue;
      const isShown = await this.#panel.goTo(source);
      if (!isShown || this.#round !== round) return this.#end(round, "");
      this.#status.textContent = this.#sound.canPlay ? comingUp(source) : unheard(source);
      await this.#pause();
      if (this.#round !== round) return undefined;
      const outcome = this.#sound.canPlay ? await this.#sound.play() : "failed";
      if (outcome === "left" || this.#round !== round) return this.#end(round, "");
      if (outcome === "ended") heard += 1;
    }
    return this.#end(round, heard === sources.length ? "That was the whole answer." : countOf(heard, sources.length));
  }

  /** @param {symbol} round */
  #begin(round) {
    this.#stop();
    this.#round = round;
    this.#button.setAttribute("aria-pressed", "true");
  }

  /** @param {symbol} round @param {string} text what is said of it */
  #end(round, text) {
    if (this.#round !== round) return;
    this.#stop();
    this.#status.textContent = text;
  }

  #stop() {
    if (this.#round === null) return;
    this.#round = null;
    this.#cancelPause();
    this.#status.textContent = "";
    this.#button.setAttribute("aria-pressed", "false");
  }

  /** @returns {Promise<void>} after the pause between two sources, or once it is cut short */
  #pause() {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(BETWEEN, resolve);
      this.#cancelPause = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** @param {HTMLElement} source @returns {string} */
function comingUp(source) {
  const speaker = source.querySelector(".source__speaker")?.textContent ?? "Unknown speaker";
  return `Next: ${speaker}`;
}

/** @param {HTMLElement} source @returns {string} */
function unheard(source) {
  return `Source ${placeOf(source).number} cannot be heard.`;
}

/** @param {number} heard @param {number} all @returns {string} */
function countOf(heard, all) {
  return `${heard} of ${all} sources could be heard.`;
}
