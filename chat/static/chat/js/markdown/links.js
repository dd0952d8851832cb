/** The addresses that an answer may link to. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const CONTROLS = /[^!-~\u0080-\u{10ffff}]/u; // and the space

/**
 * The address that a link may carry, as the URL parser writes it; null for every other scheme, for relative addresses
 * and for anything that a browser might read differently from us.
 * @param {string} address
 * @returns {string | null}
 */
export function safeHref(address) {
  if (CONTROLS.test(address)) return null;
  try {
    const url = new URL(address);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
