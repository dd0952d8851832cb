import assert from "node:assert/strict";
import { before, test } from "node:test";

import { absolute, dayGroup, exact, relative } from "../../chat/static/chat/js/page/moments.js";

const NOW = Date.parse("2026-02-03T10:30:00-05:00");

before(() => {
  process.env.TZ = "America/New_York";
});

test("a moment is shown in the zone and the language of the reader, a day as it is", () => {
  assert.equal(absolute("2026-02-03T02:05:00+00:00", ["de-DE"]), "02.02.2026, 21:05");
  assert.equal(absolute("2026-02-03", ["de-DE"]), "03.02.2026");
  assert.match(absolute("2026-02-03T02:05:00+00:00", ["en-US"]), /^Feb 2, 2026, 9:05.PM$/u);
  assert.match(exact("2026-02-03T02:05:07+00:00", ["en-US"]), /^Monday, February 2, 2026 at 9:05:07.PM EST$/u);
});

test("a moment of the last week is shown by its age", () => {
  const shown = (moment, languages = ["en-US"]) => relative(moment, languages, NOW);

  assert.equal(shown("2026-02-03T10:29:30-05:00"), "now");
  assert.match(shown("2026-02-03T10:25:00-05:00"), /^5\s?m(?:in\.?)? ago$/u);
  assert.match(shown("2026-02-03T08:00:00-05:00"), /^2\s?h(?:r\.)? ago$/u);
  assert.equal(shown("2026-02-02T23:00:00-05:00"), "yesterday");
  assert.equal(shown("2026-02-02T23:00:00-05:00", ["de"]), "gestern");
  assert.match(shown("2026-01-31T23:00:00-05:00"), /^3\s?d(?:ays)? ago$/u);
  assert.equal(shown("2026-01-05T23:00:00-05:00"), "Jan 5");
  assert.equal(shown("2025-12-31T23:00:00-05:00"), "Dec 31, 2025");
  assert.equal(shown("2026-02-03T10:40:00-05:00"), "now", "the clock of the server is ahead");
});

test("minutes count across midnight, days by the midnights of the reader", () => {
  const now = Date.parse("2026-02-03T00:10:00-05:00");

  assert.match(relative("2026-02-02T23:50:00-05:00", ["en-US"], now), /^20\s?m/u);
  assert.equal(relative("2026-02-02T22:50:00-05:00", ["en-US"], now), "yesterday");
  assert.equal(dayGroup("2026-02-02T23:50:00-05:00", now), "Yesterday");
});

test("days that are 23 or 25 hours long are days", () => {
  const now = Date.parse("2026-03-09T00:30:00-04:00"); // the clocks went forward on 8 March

  assert.equal(relative("2026-03-08T00:10:00-05:00", ["en-US"], now), "yesterday");
  assert.equal(dayGroup("2026-03-08T00:10:00-05:00", now), "Yesterday");
});

test("the headings of a list are those of the server", () => {
  const groups = ["2026-02-03T01:00:00-05:00", "2026-02-01T01:00:00-05:00", "2026-01-27T01:00:00-05:00", "2026-01-26T01:00:00-05:00"];

  assert.deepEqual(groups.map((moment) => dayGroup(moment, NOW)), ["Today", "Previous 7 days", "Previous 7 days", "January 2026"]);
});
