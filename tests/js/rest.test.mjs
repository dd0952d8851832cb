import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Rest } from "../../chat/static/chat/js/connection/rest.js";
import { FakeClock } from "./fake_clock.mjs";

const MINUTE = 60_000;

let calls, clock, isWaiting, page;

class Page extends EventTarget {
  hidden = false;

  turn(hidden) {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

function begin() {
  const connection = { rest: () => calls.push("rest"), resume: () => calls.push("resume") };
  new Rest({ connection, clock, isWaiting: () => isWaiting, document: page }).start();
  calls.length = 0;
}

beforeEach(() => {
  calls = [];
  isWaiting = false;
  clock = new FakeClock();
  page = new Page();
});

test("a tab that is hidden for five minutes closes its connection, and opens it when it is shown", () => {
  begin();
  page.turn(true);

  clock.advance(5 * MINUTE - 1);
  assert.deepEqual(calls, []);
  clock.advance(MINUTE);
  assert.equal(calls[0], "rest");
  page.turn(false);

  assert.equal(calls.at(-1), "resume");
});

test("a tab that was opened in the background rests, too", () => {
  page.hidden = true;
  begin();

  clock.advance(6 * MINUTE);

  assert.equal(calls[0], "rest");
});

test("a hidden tab keeps its connection until its answer has ended", () => {
  begin();
  page.turn(true);
  isWaiting = true;
  clock.advance(60 * MINUTE);
  assert.deepEqual(calls, []);

  isWaiting = false;
  clock.advance(MINUTE);

  assert.equal(calls[0], "rest");
});

test("the five minutes begin anew each time that a tab is hidden", () => {
  begin();
  for (let look = 0; look < 3; look += 1) {
    page.turn(true);
    clock.advance(4 * MINUTE);
    page.turn(false);
    clock.advance(4 * MINUTE);
  }

  assert.ok(!calls.includes("rest"));
});

test("a tab that is shown never rests", () => {
  begin();

  clock.advance(60 * MINUTE);

  assert.deepEqual(calls, []);
});

test("time that the system slept counts", () => {
  begin();
  page.turn(true);
  clock.sleep(5 * MINUTE);

  clock.advance(MINUTE);

  assert.equal(calls[0], "rest");
});
