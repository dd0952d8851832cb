import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Conversation } from "../../chat/static/chat/js/conversation.js";

let calls, connection, streaming, shown, taken, conversation;

function turn(fields = {}) {
  const view = { question: "Why?", recordings: ["r1"], filterNote: "Searched: A", hasFocus: false };
  return { uuid: "t1", isTerminal: false, view, freeze: () => calls.push("freeze"), ...fields };
}

beforeEach(() => {
  calls = [];
  shown = [];
  taken = null;
  streaming = null;
  connection = { isBlocked: false, wake: () => calls.push("wake") };
  const asks = {
    ask: (ask) => {
      calls.push(`ask ${ask.question} of ${ask.recordings} again ${ask.retryOf ?? "no"}`);
      shown.push(turn());
      return shown.at(-1);
    },
    takeBack: () => taken,
  };
  conversation = new Conversation({
    asks,
    connection,
    formAsks: { send: () => calls.push("send by forms") },
    turns: {
      has: (other) => shown.includes(other),
      changed: () => calls.push("changed"),
      get streaming() {
        return streaming;
      },
    },
    resync: { confirmStop: () => calls.push("stop"), fetchNews: () => calls.push("news") },
    place: { conversation: "c1" },
    drafts: { forget: (name) => calls.push(`forget ${name}`), keepText: (name, text) => calls.push(`keep ${text}`) },
    composer: {
      giveBack: (text) => calls.push(`give back ${text}`),
      takeFocus: () => calls.push("focus"),
      focus: () => calls.push("focus"),
    },
    filter: {
      chosen: [{ id: "r1", title: "A" }],
      note: "Searched: A",
      choose: (recordings) => calls.push(`choose ${recordings.map(({ id }) => id)}`),
    },
    scroller: { toEnd: () => calls.push("end") },
    sidebar: { refresh: () => calls.push("sidebar") },
  });
});

test("a question is asked of the chosen recordings, and its draft is deleted", () => {
  assert.equal(conversation.composerSubmitted("Why?"), true);

  assert.deepEqual(calls, ["ask Why? of r1 again no", "forget c1", "end", "changed"]);
});

test("where WebSockets are blocked, questions are sent by forms at once, and the browser submits a stop", () => {
  connection.isBlocked = true;

  const results = [
    conversation.composerSubmitted("Why?"),
    conversation.retry(turn()),
    conversation.searchEverywhere(turn()),
    conversation.stop(turn()),
  ];

  assert.deepEqual(results, [true, true, true, false]);
  assert.equal(calls.filter((call) => call === "send by forms").length, 3);
  assert.ok(!calls.includes("freeze"));
});

test("where WebSockets are blocked, a question that was not sent can be taken back", () => {
  connection.isBlocked = true;
  taken = { question: "Why?", retry_of: null };

  assert.equal(conversation.stop(turn()), true);

  assert.deepEqual(calls, ["give back Why?", "changed"]);
});

test("a retry asks again once, until it has ended or is gone", () => {
  const failed = turn();
  const retried = () => calls.filter((call) => call === "ask Why? of r1 again t1").length;

  conversation.retry(failed);
  assert.equal(conversation.retry(failed), true);
  assert.equal(retried(), 1);
  shown[0].isTerminal = true;
  conversation.retry(failed);
  assert.equal(retried(), 2);
  shown.pop();
  conversation.retry(failed);

  assert.equal(retried(), 3);
});

test("a question is asked once in all recordings, which the next questions search too", () => {
  const refused = turn();

  conversation.searchEverywhere(refused);
  conversation.searchEverywhere(refused);

  assert.deepEqual(calls, ["choose ", "ask Why? of  again no", "end", "changed"]);
});

test("an edit puts question and recordings back into the box", () => {
  conversation.edit(turn(), [{ id: "r2", title: "B" }]);

  assert.deepEqual(calls, ["give back Why?", "choose r2", "focus"]);
});

test("a retry can ask only one recording", () => {
  conversation.retry(turn(), { recordings: ["r9"], filterNote: "Searched: B" });

  assert.equal(calls[0], "ask Why? of r9 again t1");
});

test("a stop freezes the turn and is sent", () => {
  streaming = turn();
  assert.equal(conversation.stopStreaming(), true);
  assert.deepEqual(calls, ["freeze", "stop", "changed"]);
  streaming = null;

  assert.equal(conversation.stopStreaming(), false);
});

test("the focus moves to the composer from a turn that is stopped", () => {
  conversation.stop(turn({ view: { hasFocus: true } }));

  assert.deepEqual(calls, ["focus", "freeze", "stop", "changed"]);
});

test("a question that was not sent goes back into the composer, but a retry does not", () => {
  taken = { question: "Why?", retry_of: null };
  conversation.stop(turn());
  assert.deepEqual(calls, ["give back Why?", "changed"]);
  taken = { question: "Why?", retry_of: "t0" };
  conversation.stop(turn());

  assert.deepEqual(calls, ["give back Why?", "changed", "changed"]);
});

test("a page that wakes up checks its connection, its turns and the list of conversations", () => {
  conversation.wake();

  assert.deepEqual(calls, ["wake", "news", "sidebar"]);
});
