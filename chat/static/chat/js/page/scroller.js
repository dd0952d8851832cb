const NEAR = 100;

/**
 * Keeps the newest text in view while an answer streams, unless the reader has scrolled up or gone to a source.
 *
 * Nothing else moves the text: when the sources of an answer arrive below it, or something is unfolded, the position
 * stays.
 */
export class Scroller {
  /** @type {HTMLElement} */ #box;
  /** @type {HTMLElement} */ #jump;
  /** @type {() => boolean} */ #isStreaming;
  #follows = true;
  #top = 0;
  #height = 0;

  /**
   * @param {{box: HTMLElement, jump: HTMLElement, isStreaming: () => boolean}} parts ``jump`` is the button that
   *   scrolls back to the newest text
   */
  constructor({ box, jump, isStreaming }) {
    this.#box = box;
    this.#jump = jump;
    this.#isStreaming = isStreaming;
  }

  /** @param {Element} content grows @param {boolean} atEnd whether the page opens at its end */
  start(content, atEnd) {
    this.#follows = atEnd;
    this.#height = this.#box.clientHeight;
    this.#box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#jump.addEventListener("click", () => this.toEnd());
    const observer = new ResizeObserver(() => this.settle());
    observer.observe(content);
    observer.observe(this.#box);
    if (atEnd) this.#open(content);
    this.settle();
  }

  get top() {
    return this.#box.scrollTop;
  }

  /** Scroll to the newest text and follow it. */
  toEnd() {
    this.#follows = true;
    this.#box.scrollTop = this.#box.scrollHeight;
    this.settle();
  }

  /**
   * Scroll to a position and stay there.
   * @param {number} top
   */
  toTop(top) {
    this.release();
    this.#box.scrollTop = top;
    this.settle();
  }

  /** Stop following the text: the reader goes somewhere else. */
  release() {
    this.#follows = false;
  }

  /** Adjust the scroll position and the button after a size or a state has changed. */
  settle() {
    const lost = this.#height - this.#box.clientHeight;
    this.#height = this.#box.clientHeight;
    if (this.#follows && this.#isStreaming()) this.#box.scrollTop = this.#box.scrollHeight;
    else if (this.#follows && lost > 0) this.#box.scrollTop += lost;
    this.#top = this.#box.scrollTop;
    this.#jump.hidden = this.#follows || !this.#isStreaming();
  }

  /** Show the newest turn: its text while it streams, its question once it has ended. @param {Element} content */
  #open(content) {
    const newest = content.lastElementChild;
    if (this.#isStreaming() || newest === null) this.#box.scrollTop = this.#box.scrollHeight;
    else newest.scrollIntoView({ block: "start" });
  }

  /** Stop following when the position moves up: only the reader does that. Growing text does not move it. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    if (scrollHeight - scrollTop - clientHeight <= NEAR && scrollTop > this.#top) this.#follows = true;
    else if (scrollTop < this.#top) this.#follows = false;
    this.#top = scrollTop;
    this.#jump.hidden = this.#follows || !this.#isStreaming();
  }
}
