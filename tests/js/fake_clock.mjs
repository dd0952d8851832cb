/** A clock that stands still until it is told to go on. */
export class FakeClock {
  #now = 0;
  #slept = 0;
  #timers = new Set();

  now() {
    return this.#now;
  }

  timeOfDay() {
    return this.#now + this.#slept;
  }

  after(delay, action) {
    const timer = { at: this.#now + delay, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  every(interval, action) {
    let cancel = () => {};
    const again = () => {
      cancel = this.after(interval, again);
      action();
    };
    cancel = this.after(interval, again);
    return () => cancel();
  }

  /** Goes on, and does what is due on the way. */
  advance(milliseconds) {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** The page is frozen: time goes on, and what is due waits. */
  freeze(milliseconds) {
    this.#now += milliseconds;
  }

  /** The system sleeps: the time of day goes on, and nothing else. */
  sleep(milliseconds) {
    this.#slept += milliseconds;
  }

  #next(end) {
    const due = [...this.#timers].filter((timer) => timer.at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}
