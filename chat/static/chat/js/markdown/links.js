/** The addresses that an answer may link to. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const SPACE_OR_CONTROL = /[^!-~\u0080-\u{10ffff}]/u;

/**
 * Return the address for a link, normalised by the URL parser; null for any other scheme, for relative addresses and
 * for anything that a browser might parse differently.
 * @param {string} address
 * @returns {string | null}
 */
export function safeHref(address) {
  if (SPACE_OR_CONTROL.test(address)) return null;
  try {
    const url = new URL(address);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
