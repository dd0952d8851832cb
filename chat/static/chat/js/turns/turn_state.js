/** The states of a turn; "sending" is one that the server does not know of yet. */
export const TurnState = Object.freeze({
  SENDING: "sending",
  QUEUED: "queued",
  STREAMING: "streaming",
  COMPLETE: "complete",
  STOPPED: "stopped",
  FAILED: "failed",
  INTERRUPTED: "interrupted",
  CANCELLED: "cancelled",
});

/** @typedef {(typeof TurnState)[keyof typeof TurnState]} TurnState */

/** @type {Set<TurnState>} */
const LIVE = new Set([TurnState.SENDING, TurnState.QUEUED, TurnState.STREAMING]);

/**
 * Whether nothing about the turn changes any more.
 * @param {TurnState} state
 * @returns {boolean}
 */
export function isTerminal(state) {
  return !LIVE.has(state);
}

/**
 * Return the state of a turn as the server has rendered it.
 * @param {HTMLElement} element
 * @returns {TurnState}
 */
export function stateOf(element) {
  return /** @type {TurnState} */ (element.dataset.state);
}
