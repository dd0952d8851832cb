/** The addresses of the site's pages, as chat/urls.py has them. */

/** @param {string} conversation @returns {string} */
export function conversationAddress(conversation) {
  return `/c/${conversation}/`;
}

/**
 * Return the address of the turns after a turn.
 * @param {string} conversation
 * @param {string | null} turn null for all turns
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
 * Return the address of the sign-in page.
 * @param {string} place the path to return to
 * @returns {string}
 */
export function signInAddress(place) {
  return `/accounts/login/?next=${encodeURIComponent(place)}`;
}
