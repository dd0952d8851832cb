/**
 * The markers of an answer that still grows. The server numbers them in the order in which they appear, so a greater
 * number than the next one is text: an index such as ``arr[12]``.
 */
export class Markers {
  #highest = 0;

  /**
   * Return whether a number in brackets is a marker, and count it.
   * @param {number} number
   */
  take(number) {
    if (number > this.#highest + 1) return false;
    this.#highest = Math.max(this.#highest, number);
    return true;
  }
}
