import { closest } from "../page/elements.js";
import { keepInPlace, showAbove } from "./reading_line.js";
import { MARKER, sourceOf } from "./source.js";

/**
 * @import { SourcePanel } from "./source_panel.js"
 * @typedef {{turn: string, index: number, top: number}} Sentence a marker in its turn, or its button that plays the whole
 *   answer (-1), and the scroll position
 */

/**
 * The markers of the answers: each opens its source in the panel, and closing that leads back to the sentence. The
 * address of the page names the source that is open, so that Back closes it, too.
 */
export class SourceLinks {
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLElement} */ #box;
  /** @type {SourcePanel} */ #panel;
  /** @type {() => void} */ #onLeave;
  /** @type {Sentence | null} from which the reader has gone to a source last */ #sentence = null;
  #isClosing = false;
  #isReturning = false;

  /**
   * @param {{list: HTMLElement, box: HTMLElement, panel: SourcePanel, onLeave: () => void}} parts ``box`` scrolls;
   *   ``onLeave`` is called when the reader goes to another place of the page
   */
  constructor({ list, box, panel, onLeave }) {
    this.#list = list;
    this.#box = box;
    this.#panel = panel;
    this.#onLeave = onLeave;
  }

  /** @param {boolean} isReturn whether the page was here before: its scroll position is then restored elsewhere */
  start(isReturn) {
    this.#list.classList.add("turns--scripted");
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    this.#panel.onClose(() => this.#closed());
    this.#panel.onMove((source) => this.#moved(source));
    // The browser focuses what the address names after this event, with the next frame.
    addEventListener("popstate", ({ state }) => {
      const isClosing = this.#isClosing;
      this.#isClosing = false;
      const arrive = () => this.#arrived(state?.sentence, isClosing);
      arrive();
      soon(arrive);
    });
    const source = this.#addressed;
    if (source && isReturn) this.#open(source, () => this.#panel.show(source));
    else if (source) this.#enter(source);
  }

  /** Whether the reader comes back from a source just now. */
  get isReturning() {
    return this.#isReturning;
  }

  /**
   * Open a source from a place of its answer.
   * @param {HTMLElement} place to which the reader comes back
   * @param {HTMLElement} source
   */
  follow(place, source) {
    this.#sentence = this.#sentenceOf(place);
    if (this.#panel.isOpen) this.#moved(source);
    else {
      history.replaceState({ ...history.state, sentence: this.#sentence }, "");
      history.pushState({ panel: true }, "", `#${source.id}`);
    }
    this.#open(source, () => this.#panel.open(source), place);
    showAbove(this.#box, place, this.#panel.element);
  }

  /** The source that the address of the page names. */
  get #addressed() {
    const source = document.getElementById(location.hash.slice(1));
    return source?.hasAttribute("data-source") ? source : null;
  }

  /** Show a source that the page was opened with, also after the browser has focused it. @param {HTMLElement} source */
  #enter(source) {
    source.scrollIntoView({ block: "nearest" });
    const open = () => this.#open(source, () => this.#panel.open(source));
    open();
    if (document.readyState === "complete") soon(open);
    else addEventListener("load", () => soon(open), { once: true });
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const marker = closest(event, MARKER);
    const source = marker && sourceOf(marker);
    if (!marker || !source || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.follow(marker, source);
  }

  /** @param {HTMLElement} place @returns {Sentence} */
  #sentenceOf(place) {
    const turn = place.closest("[data-turn]");
    const markers = turn ? [...turn.querySelectorAll(MARKER)] : [];
    return { turn: turn?.id ?? "", index: markers.indexOf(place), top: this.#box.scrollTop };
  }

  /** @param {Sentence | null | undefined} sentence @returns {HTMLElement | null} the place that it names, as it is now */
  #placeOf(sentence) {
    const turn = sentence ? document.getElementById(sentence.turn) : null;
    const places = sentence?.index === -1 ? turn?.querySelectorAll("[data-hear-all]") : turn?.querySelectorAll(MARKER);
    const place = places?.[Math.max(0, sentence?.index ?? 0)];
    return place instanceof HTMLElement ? place : null;
  }

  /**
   * @param {HTMLElement} source
   * @param {() => void} open
   * @param {HTMLElement | null} [place] that stays where it is
   */
  #open(source, open, place = null) {
    this.#onLeave();
    this.#light(source);
    keepInPlace(this.#box, place, open);
  }

  /** Let the address name the source that is shown now. @param {HTMLElement} source */
  #moved(source) {
    if (location.hash !== `#${source.id}`) history.replaceState(history.state, "", `#${source.id}`);
    this.#light(source);
  }

  /** The reader has closed the panel: leave its address, too. */
  #closed() {
    const place = this.#placeOf(this.#sentence) ?? this.#addressed;
    this.#light(null);
    keepInPlace(this.#box, place, () => this.#panel.close());
    this.#focus(place);
    this.#isClosing = history.state?.panel === true;
    if (this.#isClosing) history.back();
    else history.replaceState(history.state, "", location.pathname + location.search);
  }

  /**
   * @param {Sentence | undefined} kept from which the reader had gone to a source, if the page was loaded since
   * @param {boolean} isClosing whether the reader is there already
   */
  #arrived(kept, isClosing) {
    const source = this.#addressed;
    this.#onLeave();
    if (source) return this.#open(source, () => this.#panel.open(source));
    this.#light(null);
    const sentence = this.#sentence ?? kept;
    const place = this.#placeOf(sentence);
    keepInPlace(this.#box, place, () => this.#panel.close());
    if (sentence && place && !isClosing) this.#box.scrollTop = sentence.top;
    return this.#focus(place);
  }

  /** @param {HTMLElement | null} place */
  #focus(place) {
    this.#isReturning = true;
    place?.focus({ preventScroll: true });
    place?.scrollIntoView({ block: "nearest" });
    this.#isReturning = false;
  }

  /** @param {HTMLElement | null} source */
  #light(source) {
    for (const lit of this.#list.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (source === null) return;
    for (const marker of this.#list.querySelectorAll(`a[href="#${source.id}"]`)) marker.classList.add("lit");
    source.classList.add("lit");
  }
}

/** Do something with the next frame but one. @param {() => void} action */
function soon(action) {
  requestAnimationFrame(() => requestAnimationFrame(action));
}
