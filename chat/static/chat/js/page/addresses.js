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

/**
 * Return the address to which the form of a question is sent.
 * @param {{conversation: string | null, retry_of: string | null}} ask
 * @returns {string}
 */
export function formAddress({ conversation, retry_of: retryOf }) {
  if (retryOf !== null) return `/turns/${retryOf}/retry/`;
  return conversation === null ? "/ask/" : askAddress(conversation);
}

/** @param {string} path @returns {string | null} the conversation whose page it is; null if it is none */
export function conversationIn(path) {
  return /^\/c\/([0-9a-f-]{36})\/$/u.exec(path)?.[1] ?? null;
}

/** @param {string} turn @returns {string} */
export function turnAddress(turn) {
  return `/turns/${turn}/`;
}

/**
 * Return the address of a source with what was said around it.
 * @param {string} turn
 * @param {number} number
 * @returns {string}
 */
export function sourceAddress(turn, number) {
  return `/turns/${turn}/sources/${number}/`;
}

/** The sign-in page, which says why somebody was signed out whose account was deactivated or deleted. */
export const LOCKED_OUT_ADDRESS = "/accounts/login/?locked-out=1";

/**
 * Return the address of the sign-in page.
 * @param {string} place the path to return to
 * @returns {string}
 */
export function signInAddress(place) {
  return `/accounts/login/?next=${encodeURIComponent(place)}`;
}
