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

const LIVE = new Set([TurnState.SENDING, TurnState.QUEUED, TurnState.STREAMING]);

/** Whether nothing about the turn changes any more. */
export function isTerminal(state) {
  return !LIVE.has(state);
}
