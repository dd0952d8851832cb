/** Moments as their reader writes them: in the time zone that they have chosen, or else in that of the browser, and in a
 * language of the reader. */

/**
 * @typedef {readonly string[]} Languages the reader's languages, the best first
 * @typedef {string | undefined} Zone the name of a time zone; undefined for that of the browser
 */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WEEK = 7;
const DATE = /^\d{4}-\d\d-\d\d$/u;

/**
 * Return a moment, or a day without a time.
 * @param {string} text as the attribute ``datetime`` has it
 * @param {Languages} languages
 * @param {Zone} [zone]
 * @returns {string}
 */
export function absolute(text, languages, zone) {
  const isDay = DATE.test(text);
  // A day is the same everywhere; it has no time zone that could move it.
  const style = isDay ? { timeZone: "UTC" } : { timeStyle: /** @type {const} */ ("short"), timeZone: zone };
  return new Intl.DateTimeFormat([...languages], { dateStyle: "medium", ...style }).format(new Date(text));
}

/**
 * Return a moment in full, with its time zone.
 * @param {string} text
 * @param {Languages} languages
 * @param {Zone} [zone]
 * @returns {string}
 */
export function exact(text, languages, zone) {
  const style = { dateStyle: /** @type {const} */ ("full"), timeStyle: /** @type {const} */ ("long"), timeZone: zone };
  return new Intl.DateTimeFormat([...languages], style).format(new Date(text));
}

/**
 * Return how long ago a moment was, or its date if that is more than a week.
 * @param {string} text
 * @param {Languages} languages
 * @param {number} now in milliseconds
 * @param {Zone} [zone]
 * @returns {string}
 */
export function relative(text, languages, now, zone) {
  const moment = Math.min(new Date(text).getTime(), now); // the clock of the server may be ahead
  const minutes = Math.floor((now - moment) / MINUTE);
  const days = daysAgo(moment, now, zone);
  const format = new Intl.RelativeTimeFormat([...languages], { numeric: "auto", style: "narrow" });
  if (minutes < 1) return format.format(0, "second");
  if (minutes < 60) return format.format(-minutes, "minute");
  if (days === 0) return format.format(-Math.floor(minutes / 60), "hour");
  if (days < WEEK) return format.format(-days, "day");
  const isThisYear = yearOf(moment, zone) === yearOf(now, zone);
  const year = isThisYear ? {} : { year: /** @type {const} */ ("numeric") };
  const style = { day: /** @type {const} */ ("numeric"), month: /** @type {const} */ ("short"), timeZone: zone };
  return new Intl.DateTimeFormat([...languages], { ...style, ...year }).format(moment);
}

/**
 * Return the heading for a moment in a list, in the words of the page.
 * @param {string} text
 * @param {number} now in milliseconds
 * @param {Zone} [zone]
 * @returns {string}
 */
export function dayGroup(text, now, zone) {
  const moment = new Date(text).getTime();
  const days = daysAgo(moment, now, zone);
  if (days <= 1) return days === 1 ? "Yesterday" : "Today";
  if (days <= WEEK) return "Previous 7 days";
  return new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: zone }).format(moment);
}

/**
 * Return how many midnights of the reader lie between two moments.
 * @param {number} moment
 * @param {number} now
 * @param {Zone} zone
 * @returns {number}
 */
function daysAgo(moment, now, zone) {
  return Math.round((dayOf(now, zone) - dayOf(moment, zone)) / DAY);
}

/** @param {number} moment @param {Zone} zone @returns {number} the day of a moment, as if it were one in UTC */
function dayOf(moment, zone) {
  if (zone !== undefined) {
    const [year, month, day] = dayIn(zone).format(moment).split("-").map(Number);
    return Date.UTC(year, month - 1, day);
  }
  const day = new Date(moment);
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
}

/** @param {number} moment @param {Zone} zone @returns {number} */
function yearOf(moment, zone) {
  return new Date(dayOf(moment, zone)).getUTCFullYear();
}

/** @type {Map<string, Intl.DateTimeFormat>} a list of conversations asks for many days, and a format is slow to make */
const formats = new Map();

/** @param {string} timeZone @returns {Intl.DateTimeFormat} what writes a day as ``2026-02-03`` */
function dayIn(timeZone) {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone });
  formats.set(timeZone, format);
  return format;
}
