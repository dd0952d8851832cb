/** Moments as their reader writes them: in the time zone of the browser, and in a language of the reader. */

/** @typedef {readonly string[]} Languages the reader's languages, the best first */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WEEK = 7;
const DATE = /^\d{4}-\d\d-\d\d$/u;

/**
 * Return a moment, or a day without a time.
 * @param {string} text as the attribute ``datetime`` has it
 * @param {Languages} languages
 * @returns {string}
 */
export function absolute(text, languages) {
  const isDay = DATE.test(text);
  // A day is the same everywhere; it has no time zone that could move it.
  const style = isDay ? { timeZone: "UTC" } : { timeStyle: /** @type {const} */ ("short") };
  return new Intl.DateTimeFormat([...languages], { dateStyle: "medium", ...style }).format(new Date(text));
}

/**
 * Return a moment in full, with its time zone.
 * @param {string} text
 * @param {Languages} languages
 * @returns {string}
 */
export function exact(text, languages) {
  return new Intl.DateTimeFormat([...languages], { dateStyle: "full", timeStyle: "long" }).format(new Date(text));
}

/**
 * Return how long ago a moment was, or its date if that is more than a week.
 * @param {string} text
 * @param {Languages} languages
 * @param {number} now in milliseconds
 * @returns {string}
 */
export function relative(text, languages, now) {
  const moment = Math.min(new Date(text).getTime(), now); // the clock of the server may be ahead
  const minutes = Math.floor((now - moment) / MINUTE);
  const days = daysAgo(moment, now);
  const format = new Intl.RelativeTimeFormat([...languages], { numeric: "auto", style: "narrow" });
  if (minutes < 1) return format.format(0, "second");
  if (minutes < 60) return format.format(-minutes, "minute");
  if (days === 0) return format.format(-Math.floor(minutes / 60), "hour");
  if (days < WEEK) return format.format(-days, "day");
  const isThisYear = new Date(moment).getFullYear() === new Date(now).getFullYear();
  const year = isThisYear ? {} : { year: /** @type {const} */ ("numeric") };
  return new Intl.DateTimeFormat([...languages], { day: "numeric", month: "short", ...year }).format(moment);
}

/**
 * Return the heading for a moment in a list, in the words of the page.
 * @param {string} text
 * @param {number} now in milliseconds
 * @returns {string}
 */
export function dayGroup(text, now) {
  const moment = new Date(text).getTime();
  const days = daysAgo(moment, now);
  if (days <= 1) return days === 1 ? "Yesterday" : "Today";
  if (days <= WEEK) return "Previous 7 days";
  return new Intl.DateTimeFormat("en", { month: "long", year: "numeric" }).format(moment);
}

/**
 * Return how many midnights of the reader lie between two moments.
 * @param {number} moment
 * @param {number} now
 * @returns {number}
 */
function daysAgo(moment, now) {
  return Math.round((dayOf(now) - dayOf(moment)) / DAY);
}

/** @param {number} moment @returns {number} the day of a moment, as if it were one in UTC */
function dayOf(moment) {
  const day = new Date(moment);
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
}
