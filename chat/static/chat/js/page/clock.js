/** The time, and timers. Times are milliseconds. */
export class Clock {
  /**
   * Runs evenly, whatever happens to the time of day; some systems stop it while they sleep.
   * @returns {number}
   */
  now() {
    return performance.now();
  }

  /**
   * The time of day: it may jump, and goes on while the system sleeps.
   * @returns {number}
   */
  timeOfDay() {
    return Date.now();
  }

  /**
   * Calls ``action`` once.
   * @param {number} delay
   * @param {() => void} action
   * @returns {() => void} what prevents it
   */
  after(delay, action) {
    const timer = setTimeout(action, delay);
    return () => clearTimeout(timer);
  }

  /**
   * Calls ``action`` again and again.
   * @param {number} interval
   * @param {() => void} action
   * @returns {() => void} what ends it
   */
  every(interval, action) {
    const timer = setInterval(action, interval);
    return () => clearInterval(timer);
  }
}
