import assert from "node:assert/strict";
import { before, test } from "node:test";

import { absolute, dayGroup, exact, relative } from "../../chat/static/chat/js/page/moments.js";

before(() => {
  process.env.TZ = "America/New_York";
});

test("a reader who has chosen a time zone sees moments in it", () => {
  assert.equal(absolute("2026-02-03T02:05:00+00:00", ["de-DE"], "Asia/Tokyo"), "03.02.2026, 11:05");
  assert.equal(absolute("2026-02-03", ["de-DE"], "Asia/Tokyo"), "03.02.2026");
  assert.match(exact("2026-02-03T02:05:07+00:00", ["en-US"], "Asia/Tokyo"), /^Tuesday, February 3, 2026 at 11:05:07/u);
});

test("days begin and end in the chosen time zone", () => {
  const now = Date.parse("2026-02-03T16:00:00Z"); // 4 February in Tokyo

  assert.equal(dayGroup("2026-02-03T14:30:00Z", now, "Asia/Tokyo"), "Yesterday");
  assert.equal(dayGroup("2026-02-03T14:30:00Z", now), "Today");
  assert.equal(relative("2026-02-02T16:30:00Z", ["en-US"], now, "Asia/Tokyo"), "yesterday");
  assert.equal(relative("2025-12-31T14:00:00Z", ["en-US"], now, "Asia/Tokyo"), "Dec 31, 2025");
  assert.equal(relative("2025-12-31T16:00:00Z", ["en-US"], now, "Asia/Tokyo"), "Jan 1");
});
