/** Sizes, speeds and times of uploads in words. */

const UNITS = ["bytes", "KB", "MB", "GB"];
const STEP = 1024;
const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** @param {number} bytes @returns {string} such as "1.5 MB" */
export function sizeInWords(bytes) {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(STEP)), UNITS.length - 1);
  if (bytes === 1) return "1 byte";
  const value = bytes / STEP ** step;
  return `${step > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[step]}`;
}

/** @param {number} seconds @returns {string} such as "about 3 minutes left" */
export function timeLeftInWords(seconds) {
  if (seconds < 5) return "a few seconds left";
  if (seconds < 50) return `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  if (seconds < 90) return "about 1 minute left";
  if (seconds < 55 * MINUTE) return `about ${Math.round(seconds / MINUTE)} minutes left`;
  const halves = Math.round(seconds / HOUR * 2) / 2;
  return halves <= 1 ? "about 1 hour left" : `about ${halves} hours left`;
}

/**
 * @param {{sent: number, size: number, speed: number | null}} progress ``speed`` in bytes a second, null while unknown
 * @returns {string} such as "12 of 400 MB · 5.0 MB a second · about 1 minute left"
 */
export function progressInWords({ sent, size, speed }) {
  const words = [`${sizeInWords(sent)} of ${sizeInWords(size)}`];
  if (speed !== null && speed > 0 && sent < size) {
    words.push(`${sizeInWords(speed)} a second`, timeLeftInWords((size - sent) / speed));
  }
  return words.join(" · ");
}

/** @param {number} part @param {number} whole @returns {string} such as "40 %" */
export function percent(part, whole) {
  return `${whole > 0 ? Math.floor((part / whole) * 100) : 100} %`;
}

/** @param {number} count @param {string} noun @returns {string} such as "1 recording" or "3 recordings" */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
