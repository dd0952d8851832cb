/** Blanks at the ends of texts. A loop: a regular expression for those at the end takes time in proportion to all. */

/**
 * Return a text without these characters at its end.
 * @param {string} text
 * @param {string} [characters]
 * @returns {string}
 */
export function trimmedEnd(text, characters = " \t") {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/**
 * Return a text without these characters at its beginning.
 * @param {string} text
 * @param {string} [characters]
 * @returns {string}
 */
export function trimmedStart(text, characters = " \t") {
  let begin = 0;
  while (begin < text.length && characters.includes(text[begin])) begin += 1;
  return text.slice(begin);
}

/**
 * Return a text without spaces and tabs at its ends.
 * @param {string} text
 * @returns {string}
 */
export function trimmed(text) {
  return trimmedStart(trimmedEnd(text));
}
