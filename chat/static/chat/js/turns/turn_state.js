/** The states of a turn. "sending" exists on the page only: the server has not accepted the question yet. */
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
 * Return whether a turn in this state has ended.
 * @param {TurnState} state
 * @returns {boolean}
 */
export function isTerminal(state) {
  return !LIVE.has(state);
}

/**
 * Return the state that the server has rendered into a turn.
 * @param {HTMLElement} element
 * @returns {TurnState}
 */
export function stateOf(element) {
  return /** @type {TurnState} */ (element.dataset.state);
}
