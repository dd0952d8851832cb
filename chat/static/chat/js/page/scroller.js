const NEAR = 100;

/** Keeps the newest text in view, unless the reader has scrolled up. */
export class Scroller {
  /** @type {HTMLElement} */ #box;
  /** @type {HTMLElement} */ #jump;
  /** @type {() => boolean} */ #isStreaming;
  #follows = true;
  #top = 0;

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
    this.#box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#jump.addEventListener("click", () => this.toEnd());
    const observer = new ResizeObserver(() => this.settle());
    observer.observe(content);
    observer.observe(this.#box);
    this.settle();
  }

  /** Scroll to the newest text and follow it. */
  toEnd() {
    this.#follows = true;
    this.settle();
  }

  /** Adjust the scroll position and the button after a size or a state has changed. */
  settle() {
    if (this.#follows) this.#box.scrollTop = this.#box.scrollHeight;
    this.#top = this.#box.scrollTop;
    this.#jump.hidden = this.#follows || !this.#isStreaming();
  }

  /** Stop following when the position moves up: only the reader does that. Growing text does not move it. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    if (scrollHeight - scrollTop - clientHeight <= NEAR) this.#follows = true;
    else if (scrollTop < this.#top) this.#follows = false;
    this.#top = scrollTop;
    this.#jump.hidden = this.#follows || !this.#isStreaming();
  }
}
