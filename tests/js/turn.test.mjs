import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Cursor, Offer } from "../../chat/static/chat/js/turns/cursor.js";
import { Turn } from "../../chat/static/chat/js/turns/turn.js";
import { FakeClock } from "./fake_clock.mjs";
import { seeded } from "./fuzz.mjs";

let clock, shown, turn, work;

class FakeView {
  uuid = "t";
  text = "";
  calls = [];

  constructor(state, seq) {
    this.state = state;
    this.seq = seq;
  }

  write(text) {
    this.text += text;
  }

  replace(element) {
    this.state = element.dataset.state;
    this.seq = Number(element.dataset.seq);
    this.text = element.text;
  }

  name(uuid) {
    this.uuid = uuid;
  }

  showQueued(position) {
    this.calls.push(`queued ${position}`);
  }

  showStreaming(phase) {
    this.calls.push(`streaming ${phase}`);
  }

  showSeconds(seconds) {
    this.calls.push(`${seconds} s`);
  }

  showStillWaiting() {
    this.calls.push("still waiting");
  }

  showStopping() {
    this.calls.push("stopping");
  }

  showEnded(state, message) {
    this.calls.push(`${state} ${message}`);
  }
}

function make(state, seq = 0) {
  shown = new FakeView(state, seq);
  work = new Set();
  turn = new Turn({ view: shown, frames: { request: (action) => work.add(action) }, clock });
}

function draw() {
  for (const action of work) action();
  work.clear();
}

function rendered(state, seq, text = "") {
  return { dataset: { state, seq: String(seq) }, text };
}

beforeEach(() => {
  clock = new FakeClock();
  make("streaming");
});

test("a turn counts the seconds of the model's thoughts until its first text", () => {
  turn.enter("thinking");

  clock.advance(2_000);
  assert.deepEqual(shown.calls.slice(-2), ["1 s", "2 s"]);
  turn.take({ after: 0, seq: 1, content: "a" });
  clock.advance(5_000);

  assert.equal(shown.calls.at(-1), "2 s");
});

test("a turn that is stopped while its model thinks counts no more", () => {
  turn.enter("thinking");
  turn.freeze();

  clock.advance(3_000);

  assert.equal(shown.calls.at(-1), "stopping");
});

test("after five seconds without text the turn shows that it still waits for the model", () => {
  turn.enter("waiting");

  clock.advance(4_900);
  assert.equal(shown.calls.at(-1), "streaming waiting");
  clock.advance(100);

  assert.equal(shown.calls.at(-1), "still waiting");
});

test("a turn that answers or was stopped does not show that it waits for the model", () => {
  turn.enter("waiting");
  turn.enter("answering");
  clock.advance(5_000);
  assert.equal(shown.calls.at(-1), "streaming answering");

  turn.enter("waiting");
  turn.freeze();
  clock.advance(5_000);

  assert.equal(shown.calls.at(-1), "stopping");
});

test("text is shown with the next frame, however many tokens arrive", () => {
  turn.take({ after: 0, seq: 1, content: "a" });
  turn.take({ after: 1, seq: 3, content: "b" });
  assert.deepEqual([shown.text, work.size], ["", 1]);

  draw();

  assert.deepEqual([shown.text, turn.seq], ["ab", 3]);
});

test("a cursor applies only the chunks that come next", () => {
  const cursor = new Cursor(4);

  assert.equal(cursor.offer({ after: 0, seq: 4 }), Offer.SKIP);
  assert.equal(cursor.offer({ after: 2, seq: 6 }), Offer.GAP);
  assert.equal(cursor.offer({ after: 5, seq: 6 }), Offer.GAP);
  assert.equal(cursor.offer({ after: 4, seq: 6 }), Offer.APPLY);
  assert.equal(cursor.seq, 6);
});

test("whatever the order of tokens, the shown text is a prefix of the answer", () => {
  const random = seeded(5);
  const chunks = Array.from({ length: 40 }, (_, index) => `${index},`);
  for (let round = 0; round < 500; round += 1) {
    make("streaming");
    for (let event = 0; event < 60; event += 1) {
      const after = Math.floor(random() * 40);
      const seq = Math.min(40, after + Math.floor(random() * 8));
      turn.take({ after, seq, content: chunks.slice(after, seq).join("") });
      draw();
      assert.equal(shown.text, chunks.slice(0, turn.seq).join(""));
    }
  }
});

test("a stop shows the text received so far, and nothing after it", () => {
  turn.take({ after: 0, seq: 1, content: "seen" });

  turn.freeze();
  const offer = turn.take({ after: 1, seq: 2, content: "more" });
  draw();

  assert.deepEqual([offer, shown.text, turn.seq, turn.isStreaming], [Offer.SKIP, "seen", 1, false]);
  assert.deepEqual(shown.calls, ["stopping"]);
});

test("a stopped turn stays stopped when the server reports that it streams", () => {
  make("queued");
  turn.freeze();

  turn.enter("retrieving");
  turn.replace(rendered("streaming", 9, "later"));

  assert.deepEqual([shown.text, shown.calls, turn.isFrozen], ["", ["stopping"], true]);
});

test("the first end counts", () => {
  turn.end("failed", "Too slow.");
  turn.end("complete");
  turn.enter("answering");
  turn.queue(1);
  turn.take({ after: 0, seq: 1, content: "late" });
  draw();

  assert.deepEqual(shown.calls, ["failed Too slow."]);
  assert.deepEqual([turn.state, shown.text], ["failed", ""]);
});

test("text received before the end is shown even without another frame", () => {
  turn.take({ after: 0, seq: 1, content: "last words" });

  turn.end("interrupted");

  assert.equal(shown.text, "last words");
});

test("the server's HTML replaces a turn only if it is newer", () => {
  make("streaming", 5);

  assert.equal(turn.replace(rendered("streaming", 5, "same")), false);
  assert.equal(turn.replace(rendered("streaming", 7, "further")), true);
  assert.equal(turn.replace(rendered("complete", 9, "final")), true);
  assert.equal(turn.replace(rendered("complete", 9, "again")), false);
  assert.deepEqual([shown.text, turn.isTerminal], ["final", true]);
});

test("an end without its HTML is completed later, once", () => {
  turn.end("complete");
  assert.equal(turn.isProvisional, true);

  assert.equal(turn.replace(rendered("streaming", 99)), false);
  assert.equal(turn.replace(rendered("complete", 9, "final")), true);

  assert.deepEqual([turn.isProvisional, shown.text], [false, "final"]);
});

test("a gap needs one follow, and another only if that brings no text", () => {
  turn.take({ after: 3, seq: 4, content: "x" });
  assert.equal(turn.needsFollow, true);
  turn.followed();
  turn.take({ after: 4, seq: 5, content: "x" });
  assert.equal(turn.needsFollow, false);

  clock.advance(2_000);
  assert.equal(turn.needsFollow, true);
  turn.take({ after: 0, seq: 5, content: "all" });

  assert.equal(turn.needsFollow, false);
});

test("the first text of a queued turn makes it stream", () => {
  make("queued");
  turn.queue(2);
  assert.deepEqual([turn.isQueued, turn.position], [true, 2]);

  turn.take({ after: 0, seq: 1, content: "go" });
  turn.queue(1);

  assert.deepEqual([turn.isStreaming, turn.position], [true, null]);
});

test("silence is counted from the last event", () => {
  clock.advance(9_000);
  turn.heard();
  clock.advance(4_000);

  assert.equal(turn.silence, 4_000);
});
