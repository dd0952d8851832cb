const PLACE = /^#segment-(\d+)$/u;

/** The page of a recording with audio: plays from a segment, and shows which one is heard. */
export class Transcript {
  #root;
  #audio;
  /** @type {{start: number, end: number, element: HTMLElement}[]} in the order of their starts */
  #segments;
  #current = null;

  /** @param {{root: HTMLElement, audio: HTMLAudioElement}} parts */
  constructor({ root, audio }) {
    this.#root = root;
    this.#audio = audio;
    const elements = [...root.querySelectorAll("[data-start]")];
    this.#segments = elements.map(asSegment).sort((a, b) => a.start - b.start);
  }

  start() {
    for (const button of this.#root.querySelectorAll("[data-play]")) button.hidden = false;
    this.#root.addEventListener("click", (event) => this.#clicked(event));
    this.#audio.addEventListener("timeupdate", () => this.#mark());
    this.#audio.addEventListener("seeked", () => this.#mark());
    addEventListener("hashchange", () => this.#cue());
    this.#cue();
  }

  #clicked(event) {
    const button = event.target.closest("[data-play]");
    if (!button) return;
    this.#audio.currentTime = Number(button.dataset.play);
    this.#audio.play().catch(() => {}); // the browser may want another click first; the player shows that
  }

  /** The page was opened at a segment: Play begins there. */
  #cue() {
    const id = PLACE.test(location.hash) ? location.hash.slice(1) : "";
    const segment = this.#segments.find(({ element }) => element.id === id);
    if (segment && this.#audio.paused) this.#audio.currentTime = segment.start;
  }

  #mark() {
    const segment = this.#audio.paused ? null : segmentAt(this.#segments, this.#audio.currentTime);
    const element = segment?.element ?? null;
    if (element === this.#current) return;
    this.#current?.removeAttribute("aria-current");
    element?.setAttribute("aria-current", "true");
    this.#current = element;
  }
}

/**
 * The segment that is heard at a time in seconds: the last that has begun and not ended. Null in a pause.
 * @param {{start: number, end: number}[]} segments in the order of their starts
 */
export function segmentAt(segments, time) {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  const segment = segments[low - 1];
  return segment && time < segment.end ? segment : null;
}

function asSegment(element) {
  const { start, end } = element.dataset;
  return { start: Number(start), end: end === undefined ? Infinity : Number(end), element };
}
