import { closest } from "../page/elements.js";
import { MARKER, sourceOf } from "./source.js";

/** @typedef {{turn: string, index: number, top: number}} Sentence a marker in its turn, and the scroll position */

/** The markers of the answers: each leads to its source, and Back leads back to the sentence. */
export class SourceLinks {
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLElement} */ #box;
  /** @type {() => void} */ #onLeave;

  /**
   * @param {{list: HTMLElement, box: HTMLElement, onLeave: () => void}} parts ``box`` scrolls; ``onLeave`` is called
   *   when the reader goes to another place of the page
   */
  constructor({ list, box, onLeave }) {
    this.#list = list;
    this.#box = box;
    this.#onLeave = onLeave;
  }

  /** @param {boolean} isReturn whether the page was here before: its scroll position is then restored elsewhere */
  start(isReturn) {
    this.#list.classList.add("turns--scripted");
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    // The browser focuses what the address names after this event, with the next frame.
    addEventListener("popstate", ({ state }) => {
      this.#arrived(state?.sentence);
      requestAnimationFrame(() => requestAnimationFrame(() => this.#arrived(state?.sentence)));
    });
    addEventListener("hashchange", () => this.#light(this.#addressed));
    const source = this.#addressed;
    this.#light(source);
    if (source && !isReturn) this.#show(source);
  }

  /** The source that the address of the page names. */
  get #addressed() {
    const source = document.getElementById(location.hash.slice(1));
    return source?.hasAttribute("data-source") ? source : null;
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const marker = closest(event, MARKER);
    const source = marker && sourceOf(marker);
    if (!marker || !source || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    history.replaceState({ ...history.state, sentence: this.#sentence(marker) }, "");
    history.pushState(null, "", `#${source.id}`);
    this.#show(source);
  }

  /** @param {HTMLElement} marker @returns {Sentence} */
  #sentence(marker) {
    const turn = marker.closest("[data-turn]");
    const markers = turn ? [...turn.querySelectorAll(MARKER)] : [];
    return { turn: turn?.id ?? "", index: markers.indexOf(marker), top: this.#box.scrollTop };
  }

  /** @param {Sentence | undefined} sentence from which the reader had gone to a source */
  #arrived(sentence) {
    const source = this.#addressed;
    const marker = sentence && document.getElementById(sentence.turn)?.querySelectorAll(MARKER)[sentence.index];
    this.#onLeave();
    if (sentence && marker instanceof HTMLElement) {
      this.#light(source);
      this.#box.scrollTop = sentence.top;
      marker.focus({ preventScroll: true });
    } else if (source) this.#show(source);
    else this.#light(null);
  }

  /** @param {HTMLElement} source */
  #show(source) {
    const folded = source.closest("details");
    if (folded) folded.open = true;
    this.#onLeave();
    this.#light(source);
    source.scrollIntoView({ block: "nearest" });
    source.focus({ preventScroll: true });
  }

  /** @param {HTMLElement | null} source */
  #light(source) {
    for (const lit of this.#list.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (source === null) return;
    for (const marker of this.#list.querySelectorAll(`a[href="#${source.id}"]`)) marker.classList.add("lit");
    source.classList.add("lit");
  }
}
