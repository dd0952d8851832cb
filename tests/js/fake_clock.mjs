/** A clock that moves only when a test advances it. */
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

  /** Advance the time, and run the timers that expire. */
  advance(milliseconds) {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** Freeze the page: the time advances, but timers wait. */
  freeze(milliseconds) {
    this.#now += milliseconds;
  }

  /** Let the system sleep: only the time of day advances. */
  sleep(milliseconds) {
    this.#slept += milliseconds;
  }

  #next(end) {
    const due = [...this.#timers].filter((timer) => timer.at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}
