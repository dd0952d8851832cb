import { closest, findRequired } from "./elements.js";

const SPAN = /^#t=([\d.]+)(?:,([\d.]+))?$/u;

/**
 * The results of a search in recordings: ▶ plays from there, in the bar at the end of the page, until the segment ends.
 * Without script the link opens the audio itself at the same place.
 */
export class Listening {
  /** @type {HTMLElement} */ #root;
  /** @type {HTMLElement} */ #bar;
  /** @type {HTMLAudioElement} */ #audio;
  /** @type {HTMLAnchorElement | null} the link that plays, or was played last */ #link = null;
  #end = Infinity;

  /** @param {{root: HTMLElement, bar: HTMLElement}} parts */
  constructor({ root, bar }) {
    this.#root = root;
    this.#bar = bar;
    this.#audio = findRequired(bar, "listen-audio", HTMLAudioElement);
  }

  start() {
    this.#root.addEventListener("click", (event) => this.#clicked(event));
    this.#audio.addEventListener("timeupdate", () => this.#stopAtEnd());
    for (const name of ["play", "playing", "pause", "ended", "emptied"]) {
      this.#audio.addEventListener(name, () => this.#show());
    }
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const link = closest(event, "[data-listen]");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link === this.#link && !this.#audio.paused) this.#audio.pause();
    else this.#play(link);
  }

  /** @param {HTMLAnchorElement} link */
  #play(link) {
    const [, start = "0", end] = SPAN.exec(link.hash) ?? [];
    const address = link.href.slice(0, link.href.length - link.hash.length);
    this.#audio.pause();
    this.#link = link;
    if (this.#audio.getAttribute("src") !== address) this.#audio.src = address;
    this.#audio.currentTime = Number(start); // before the audio has loaded, this is where it begins
    this.#end = end === undefined ? Infinity : Number(end);
    this.#bar.hidden = false;
    this.#audio.play().catch(() => this.#show()); // the player shows what went wrong
  }

  /** Stop where the segment ends, unless the reader goes on from there. */
  #stopAtEnd() {
    if (this.#audio.currentTime < this.#end) return;
    this.#end = Infinity;
    this.#audio.pause();
  }

  #show() {
    for (const link of this.#root.querySelectorAll("[data-listen][data-playing]")) mark(link, false);
    if (this.#link && !this.#audio.paused) mark(this.#link, true);
    findRequired(this.#bar, "listen-title", HTMLElement).textContent = this.#link ? titleOf(this.#link) : "";
  }
}

/** @param {Element} link @param {boolean} isPlaying */
function mark(link, isPlaying) {
  link.toggleAttribute("data-playing", isPlaying);
  const label = link.getAttribute("aria-label") ?? "";
  link.setAttribute("aria-label", label.replace(/^(?:Play|Pause) from/u, isPlaying ? "Pause from" : "Play from"));
}

/**
 * Return the name of the recording, and of who speaks when.
 * @param {Element} link
 * @returns {string}
 */
function titleOf(link) {
  const title = link.closest("section")?.querySelector("h3 a")?.textContent?.trim() ?? "";
  const saidBy = link.parentElement?.querySelector("[data-said-by]")?.textContent?.replace(/\s+/gu, " ").trim() ?? "";
  return saidBy ? `${title} · ${saidBy}` : title;
}
