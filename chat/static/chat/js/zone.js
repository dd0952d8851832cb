/** Tells the site the time zone of the reader, so that days begin and end on its pages as they do for the reader. */

const SECONDS = 365 * 24 * 60 * 60;

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
const secure = location.protocol === "https:" ? "; secure" : "";
document.cookie = `zone=${timeZone}; path=/; max-age=${SECONDS}; samesite=lax${secure}`;
