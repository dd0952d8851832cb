/** The time and timers, in milliseconds. */
export class Clock {
  /**
   * Return the monotonic time. Some systems stop this clock while they sleep.
   * @returns {number}
   */
  now() {
    return performance.now();
  }

  /**
   * Return the time of day. It may jump, and goes on while the system sleeps.
   * @returns {number}
   */
  timeOfDay() {
    return Date.now();
  }

  /**
   * Call ``action`` once.
   * @param {number} delay
   * @param {() => void} action
   * @returns {() => void} cancels the timer
   */
  after(delay, action) {
    const timer = setTimeout(action, delay);
    return () => clearTimeout(timer);
  }

  /**
   * Call ``action`` repeatedly.
   * @param {number} interval
   * @param {() => void} action
   * @returns {() => void} cancels the timer
   */
  every(interval, action) {
    const timer = setInterval(action, interval);
    return () => clearInterval(timer);
  }
}
