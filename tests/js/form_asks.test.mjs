import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FormAsks } from "../../chat/static/chat/js/asking/form_asks.js";

const CONVERSATION = "11111111-1111-4111-8111-111111111111";

let reached, answers, waiting, posted, answered, sent, losses, formAsks;

class FakeElement {
  constructor({ name = "", text = "", dataset = {}, inner = [] }) {
    Object.assign(this, { name, textContent: text, dataset, inner });
  }

  querySelectorAll(selector) {
    return this.inner.flatMap((each) => [each, ...each.inner]).filter(({ name }) => selector === `[data-${name}]`);
  }

  querySelector(selector) {
    return this.inner.find(({ name }) => selector.endsWith(name)) ?? null;
  }
}
globalThis.HTMLElement = FakeElement;

function element(name, text = "", dataset = {}, inner = []) {
  return new FakeElement({ name, text, dataset, inner });
}

function page(...inner) {
  return element("page", "", {}, inner);
}

function turn(uuid, state, question) {
  return element("turn", "", { turn: uuid, state }, [element("question", question)]);
}

function accepted(...turns) {
  return { status: 200, path: `/c/${CONVERSATION}/`, fragment: page(...turns) };
}

function entry(fields = {}) {
  const question = { request_id: "q1", conversation: CONVERSATION, question: "Why?", recordings: ["r1", "r2"] };
  return { ...question, retry_of: null, ...fields };
}

beforeEach(() => {
  reached = 200;
  answers = [];
  waiting = [entry()];
  posted = [];
  answered = [];
  sent = [];
  losses = 0;
  const asks = {
    get ready() {
      return waiting;
    },
    markSent: (requestId) => sent.push(requestId),
    connectionLost: () => (losses += 1),
  };
  const fragments = {
    get: () => Promise.resolve({ status: reached }),
    post: (address, fields) => {
      posted.push([address, [...fields].filter(([name]) => name !== "csrfmiddlewaretoken").map((field) => field.join("="))]);
      return Promise.resolve(answers.shift());
    },
  };
  formAsks = new FormAsks({ asks, fragments, form: undefined });
  formAsks.start({
    formAnswered: (event) => {
      answered.push(event);
      waiting = waiting.slice(1);
    },
    formSignedOut: () => answered.push("signed out"),
  });
});

test("a question is sent with its own id to the form of its conversation", async () => {
  answers = [accepted(turn("t0", "complete", "Why?"), turn("t1", "streaming", " Why? "), turn("t2", "queued", "Else?"))];

  await formAsks.send();

  assert.deepEqual(posted, [
    [`/c/${CONVERSATION}/ask/`, ["request_id=q1", "question=Why?", "recordings=r1", "recordings=r2"]],
  ]);
  assert.deepEqual(sent, ["q1"]);
  assert.deepEqual(answered, [
    { type: "accepted", request_id: "q1", conversation: CONVERSATION, turn: "t1", state: "streaming", position: null },
  ]);
});

test("the first question of a new conversation, and a retry, have forms of their own", async () => {
  waiting = [entry({ conversation: null }), entry({ request_id: "q2", retry_of: "t1" })];
  answers = [accepted(turn("t1", "queued", "Why?")), accepted(turn("t2", "queued", "Why?"))];

  await formAsks.send();

  assert.deepEqual(posted.map(([address]) => address), ["/ask/", "/turns/t1/retry/"]);
});

test("a refusal is reported with the words of the page", async () => {
  answers = [{ status: 429, path: "/ask/", fragment: page(element("refusal", " That was a lot of questions. ")) }];

  await formAsks.send();

  assert.deepEqual(answered, [
    { type: "error", code: "REFUSED", message: "That was a lot of questions.", retryable: false, request_id: "q1" },
  ]);
});

test("a page that is no conversation counts as a refusal, so that the question returns to its box", async () => {
  answers = [{ status: 403, path: "/ask/", fragment: page() }];

  await formAsks.send();

  assert.match(answered[0].message, /did not take this question/u);
});

test("the message about a retry that was refused is reported", async () => {
  answers = [accepted(element("message--error", "Five questions are already waiting."))];

  await formAsks.send();

  assert.equal(answered[0].message, "Five questions are already waiting.");
});

test("while the site does not answer, the questions wait", async () => {
  for (const status of [0, 502, 503]) {
    answers = [{ status, path: "", fragment: null }];
    await formAsks.send();
  }

  assert.deepEqual([posted.length, answered, waiting.length], [3, [], 1]);
  assert.equal(losses, 1); // without a status there is no network
});

test("a question is not sent to a site that is away", async () => {
  reached = 0;

  await formAsks.send();

  assert.deepEqual([posted, sent, waiting.length], [[], [], 1]);
});

test("a user who has to sign in again keeps the question", async () => {
  answers = [{ status: 200, path: "/accounts/login/", fragment: page() }];

  await formAsks.send();

  assert.deepEqual([answered, waiting.length], [["signed out"], 1]);
});

test("two calls at once send a question once", async () => {
  answers = [accepted(turn("t1", "queued", "Why?"))];

  await Promise.all([formAsks.send(), formAsks.send()]);

  assert.equal(posted.length, 1);
});

test("what is left of the budget comes with the page that answers", async () => {
  answers = [accepted(turn("t1", "streaming", "Why?"), element("budget", " 1 of 5 questions left today. "))];

  await formAsks.send();

  assert.deepEqual(answered.at(-1), { type: "budget", left: "1 of 5 questions left today." });
});
