/** The close codes that the page treats differently. */
export const CloseCode = Object.freeze({ RESTART: 1012, OVERLOADED: 1013, SIGNED_OUT: 4401, TOO_FAST: 4429 });

const FIRST = 500;
// Slower growth than doubling: when the network is back after seconds, the next attempt follows soon.
const GROWTH = 1.3;
const LONGEST = 10_000;
const RESTART = 5_000;
const CROWDED = 10_000;

/**
 * Return the milliseconds to wait before the next connection: random up to a limit, so that many pages do not reconnect
 * at once.
 * @param {{code: number, attempt: number, restartWithin?: number | null, random: () => number}} situation ``attempt``
 *   counts consecutive failures from 0; ``restartWithin`` is the limit that the server announced before it closed
 * @returns {number}
 */
export function reconnectDelay({ code, attempt, restartWithin = null, random }) {
  if (code === CloseCode.RESTART) return random() * (restartWithin ?? RESTART);
  if (code === CloseCode.TOO_FAST || code === CloseCode.OVERLOADED) return CROWDED * (0.5 + random() / 2);
  return random() * Math.min(LONGEST, FIRST * GROWTH ** Math.min(attempt, 12));
}
