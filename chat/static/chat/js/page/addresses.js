/** Where the site keeps things. */

/** @param {string} conversation @returns {string} */
export function conversationAddress(conversation) {
  return `/c/${conversation}/`;
}

/**
 * The turns behind a turn; all of them if that is null.
 * @param {string} conversation
 * @param {string | null} turn
 * @returns {string}
 */
export function newerTurnsAddress(conversation, turn) {
  return `/c/${conversation}/turns/${turn ? `?after=${turn}` : ""}`;
}

/** @param {string} conversation @returns {string} */
export function askAddress(conversation) {
  return `/c/${conversation}/ask/`;
}

/** @param {string} turn @returns {string} */
export function turnAddress(turn) {
  return `/turns/${turn}/`;
}

/**
 * Where to sign in and come back from.
 * @param {string} place
 * @returns {string}
 */
export function signInAddress(place) {
  return `/accounts/login/?next=${encodeURIComponent(place)}`;
}
