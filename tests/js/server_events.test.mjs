import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ServerEvents } from "../../chat/static/chat/js/server_events.js";

let calls, place, known, acceptedAs, refused, connection, reaches, events;

/** Return a part that records each call of these methods. */
function recording(part, ...methods) {
  return Object.fromEntries(
    methods.map((method) => [method, (...values) => calls.push([`${part}.${method}`, ...values].join(" "))]),
  );
}

function turn(fields = {}) {
  return {
    uuid: "t1",
    seq: 0,
    isTerminal: false,
    needsFollow: false,
    sourceCount: 2,
    view: { hasFocus: false, showReview: (labels) => labels === "[new]", ...recording("view", "submitRetry") },
    take: () => "apply",
    toString: () => "t1",
    ...recording("turn", "queue", "start", "enter", "cite", "end"),
    heard() {},
    ...fields,
  };
}

function receive(event) {
  calls.length = 0;
  events.connectionReceived(event);
  return calls;
}

beforeEach(() => {
  calls = [];
  known = [turn()];
  acceptedAs = null;
  refused = null;
  place = { conversation: "c1" };
  connection = { isBlocked: true };
  reaches = true;
  const get = (uuid) => known.find((other) => other.uuid === uuid) ?? null;
  const accepted = ({ conversation }) => {
    if (acceptedAs === "ours") place.conversation ??= conversation;
    return acceptedAs === "ours";
  };
  events = new ServerEvents({
    turns: { get, live: known, ...recording("turns", "changed") },
    asks: { accepted, refused: () => refused, ...recording("asks", "connectionLost") },
    connection,
    formAsks: { reaches: () => Promise.resolve(reaches), ...recording("formAsks", "send") },
    acks: recording("acks", "note", "flush", "forget"),
    resync: {
      ...recording("resync", "opened", "stop", "follow", "confirmStop", "renew"),
      ...recording("resync", "askSettled", "expectNews", "fetchNews"),
    },
    place,
    drafts: recording("drafts", "move", "addText", "keepFilter"),
    budget: recording("budget", "show"),
    composer: recording("composer", "giveBack", "refuse", "takeFocus"),
    filter: { chosen: ["r1"], limits: { since: "2026-06-01" } },
    banner: recording("banner", "found", "silent", "lost", "blocked", "tell"),
    announcer: recording("announcer", "say"),
    sidebar: recording("sidebar", "refresh"),
    html: { parse: (html) => `[${html}]` },
    leave: (isLockedOut) => calls.push(isLockedOut ? "leave for good" : "leave"),
  });
});

test("each event about a turn is applied to that turn", () => {
  assert.deepEqual(receive({ type: "queued", turn: "t1", position: 2 }), ["turn.queue 2", "turns.changed"]);
  assert.deepEqual(receive({ type: "started", turn: "t1" }), ["turn.start", "turns.changed"]);
  assert.deepEqual(receive({ type: "phase", turn: "t1", phase: "grading" }), ["turn.enter grading", "turns.changed"]);
  assert.deepEqual(receive({ type: "citations", turn: "t1", citations: ["x"] }), ["turn.cite x", "turns.changed"]);
});

test("a new label of a reviewer is announced, a read is only shown", () => {
  const event = { type: "reviewed", turn: "t1", labels: "new", reads: "" };

  assert.deepEqual(receive(event), [
    "announcer.say A reviewer has labelled an answer",
    "sidebar.refresh",
    "turns.changed",
  ]);
  assert.deepEqual(receive({ ...event, labels: "" }), ["turns.changed"]);
  assert.deepEqual(receive({ ...event, turn: "t9" }), ["turns.changed"]);
});

test("what is left of the budget is shown, and nothing once it is enough", () => {
  const left = "2 of 10 questions left today.";

  assert.deepEqual(receive({ type: "budget", left }), [`budget.show ${left}`, "turns.changed"]);
  assert.deepEqual(receive({ type: "budget", left: "" }), ["budget.show ", "turns.changed"]);
});

test("where only live connections are blocked, the page says so and sends what waits by forms", async () => {
  await events.connectionBlocked();

  assert.deepEqual(calls, ["banner.blocked", "formAsks.send"]);
});

test("while the site itself is away, questions wait", async () => {
  reaches = false;

  await events.connectionBlocked();

  assert.deepEqual(calls, []);
});

test("a connection that opened meanwhile is not reported as blocked", async () => {
  connection.isBlocked = false;

  await events.connectionBlocked();

  assert.deepEqual(calls, []);
});

test("who is signed out signs in again, who is locked out learns why", () => {
  events.connectionSignedOut();
  assert.deepEqual(calls, ["leave"]);

  receive({ type: "error", code: "SIGNED_OUT", message: "Your account was deactivated." });
  events.connectionSignedOut();
  assert.equal(calls.at(-1), "leave for good");
});

test("events about turns that are not on the page, and unknown events, change nothing", () => {
  assert.deepEqual(receive({ type: "queued", turn: "t9", position: 2 }), ["turns.changed"]);
  assert.deepEqual(receive({ type: "pong" }), ["turns.changed"]);
  assert.deepEqual(receive({ type: "later" }), ["turns.changed"]);
});

test("tokens are acknowledged by their size in UTF-8, and only the first is announced", () => {
  const token = { type: "token", turn: "t1", after: 0, seq: 1, content: "é" };

  assert.deepEqual(receive(token), ["acks.note t1 1 2", "announcer.say Answering…", "turns.changed"]);
  known[0].seq = 1;
  assert.deepEqual(receive({ ...token, after: 1, seq: 2 }), ["acks.note t1 2 2"]);
  assert.deepEqual(receive({ ...token, turn: "t9" }), ["acks.note t9 1 2"]);
});

test("a gap in the text is not acknowledged, and the log is followed again", () => {
  known[0].take = () => "gap";
  const token = { type: "token", turn: "t1", after: 5, seq: 6, content: "x" };
  assert.deepEqual(receive(token), []);

  known[0].needsFollow = true;

  assert.deepEqual(receive(token), ["resync.follow t1"]);
});

test("the end of a turn is acknowledged, also if the page has it already or does not show the turn", () => {
  const failed = { type: "error", turn: "t9", code: "TIMEOUT", message: "Too slow." };

  const done = receive({ type: "done", turn: "t9", seq: 1, state: "complete" });

  assert.deepEqual(done, ["acks.note t9 1 0", "acks.flush", "turns.changed"]);
  assert.deepEqual(receive({ ...failed, seq: 3 }), ["acks.note t9 3 0", "acks.flush", "turns.changed"]);
  assert.deepEqual(receive(failed), ["acks.flush", "turns.changed"]);
});

test("a turn ends once; without its HTML the turn is fetched", () => {
  const done = { type: "done", turn: "t1", seq: 9, state: "complete" };
  assert.deepEqual(receive(done), [
    "acks.note t1 9 0", "acks.flush", "turn.end complete ", "resync.renew t1",
    "announcer.say Answer complete, 2 sources", "sidebar.refresh", "turns.changed",
  ]);

  known[0].isTerminal = true;

  assert.deepEqual(receive(done), ["acks.note t1 9 0", "acks.flush", "turns.changed"]);
});

test("the announcement of the end names its outcome", () => {
  const said = (event, sourceCount = 0) => {
    known[0] = turn({ sourceCount });
    return receive({ turn: "t1", ...event }).find((call) => call.startsWith("announcer"));
  };

  assert.equal(said({ type: "done", state: "complete" }), "announcer.say Answer complete, no sources");
  assert.equal(said({ type: "done", state: "complete" }, 1), "announcer.say Answer complete, 1 source");
  assert.equal(said({ type: "done", state: "stopped" }), "announcer.say Answer stopped");
  assert.equal(said({ type: "done", state: "cancelled" }), "announcer.say Question cancelled");
  assert.equal(said({ type: "error", code: "TIMEOUT", message: "Too slow." }), "announcer.say Too slow.");
});

test("the draft of a new conversation moves with it, and a stop before it was accepted is confirmed", () => {
  acceptedAs = "ours";
  place.conversation = null;

  const made = receive({ type: "accepted", request_id: "q", conversation: "c9", turn: "t1", position: null });

  assert.deepEqual(made, [
    "drafts.move  c9", "resync.confirmStop t1", "resync.askSettled", "sidebar.refresh", "turns.changed",
  ]);
});

test("a question from another tab is fetched if its conversation is on the page", () => {
  const accepted = { type: "accepted", request_id: "q", conversation: "c1", turn: "t9", position: 1 };
  assert.deepEqual(receive(accepted), ["resync.expectNews", "sidebar.refresh", "turns.changed"]);
  assert.deepEqual(receive({ ...accepted, conversation: "c2" }), ["sidebar.refresh", "turns.changed"]);

  assert.deepEqual(receive({ ...accepted, turn: "t1" }), ["turn.queue 1", "sidebar.refresh", "turns.changed"]);
});

test("a refused question is put back where it was asked, with the reason", () => {
  const error = { type: "error", request_id: "q", code: "QUEUE_FULL", message: "Five wait." };
  assert.deepEqual(receive(error), ["turns.changed"]);
  refused = { entry: { conversation: "c1", question: "Why?", retry_of: null }, isHere: true };
  assert.deepEqual(receive(error), [
    "composer.giveBack Why?", "drafts.keepFilter c1 r1 [object Object]", "composer.refuse Five wait.", "announcer.say Five wait.",
    "resync.askSettled", "turns.changed",
  ]);
  refused.isHere = false;

  assert.deepEqual(receive(error).slice(0, 2), ["drafts.addText c1 Why?", "announcer.say Five wait."]);
});

test("a retry that is refused as invalid is submitted by its form", () => {
  refused = { entry: { conversation: "c1", question: "Why?", retry_of: "t1" }, isHere: true };

  const invalid = receive({ type: "error", request_id: "q", code: "INVALID_REQUEST", message: "No." });
  assert.deepEqual([...invalid], ["view.submitRetry", "turns.changed"]);

  assert.equal(receive({ type: "error", request_id: "q", code: "CONFLICT", message: "No." })[0], "composer.refuse No.");
});

test("the banner shows why the server closes the connection, until it is open again", (context) => {
  context.mock.method(console, "warn", () => {});
  receive({ type: "error", code: "RATE_LIMITED", message: "Too fast." });
  events.connectionLost(4429);
  assert.deepEqual(calls.slice(-3), ["asks.connectionLost", "acks.forget", "banner.lost 4429 Too fast."]);

  events.connectionOpened();
  events.connectionLost(1006);

  assert.equal(calls.at(-1), "banner.lost 1006 ");
});

test("after a command about a missing turn the page fetches newer turns", (context) => {
  context.mock.method(console, "warn", () => {});

  const missing = receive({ type: "error", code: "NOT_FOUND", message: "No." });

  assert.deepEqual(missing, ["resync.fetchNews", "turns.changed"]);
});

test("if the conversation is gone, its turns end and fetching stops", () => {
  events.conversationGone();

  const names = calls.map((call) => call.split(" ")[0]);
  assert.deepEqual(names, ["resync.stop", "banner.tell", "turn.end", "turns.changed"]);
});
