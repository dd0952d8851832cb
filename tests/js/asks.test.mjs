import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Asks } from "../../chat/static/chat/js/asking/asks.js";
import { Drafts } from "../../chat/static/chat/js/asking/drafts.js";
import { Outbox } from "../../chat/static/chat/js/asking/outbox.js";
import { newRequestId } from "../../chat/static/chat/js/asking/request_id.js";
import { Store } from "../../chat/static/chat/js/asking/store.js";
import { FakeClock } from "./fake_clock.mjs";
import { FakeStorage } from "./fake_storage.mjs";

let clock, storage, place, turns, sent, isOpen, asks;

class FakeTurns {
  all = [];

  append(ask) {
    const turn = { ...ask, uuid: "", accept: ({ turn: uuid }) => Object.assign(turn, { uuid }) };
    turn.showWay = (isAway) => Object.assign(turn, { isAway });
    this.all.push(turn);
    return turn;
  }

  get(uuid) {
    return this.all.find((turn) => turn.uuid === uuid) ?? null;
  }

  remove(turn) {
    this.all = this.all.filter((other) => other !== turn);
  }
}

/** Start again with the stored questions, as a page does after a load. */
function load(conversation) {
  place = {
    conversation,
    settle(name) {
      this.conversation = name;
    },
  };
  turns = new FakeTurns();
  const send = (command) => isOpen && sent.push(command) > 0;
  asks = new Asks({ outbox: new Outbox(new Store(storage, "7")), turns, place, clock, send });
  asks.restore();
}

function ask(question) {
  return asks.ask({ question, recordings: [], filterNote: "All recordings" });
}

function accept(command, { turn = "t1", conversation = "c1" } = {}) {
  return asks.accepted({ request_id: command.request_id, conversation, turn, state: "queued", position: 1 });
}

beforeEach(() => {
  clock = new FakeClock();
  storage = new FakeStorage();
  sent = [];
  isOpen = true;
  load("c1");
});

test("a question is shown at once, and sent once", () => {
  ask("Why?");
  asks.sendReady();

  assert.deepEqual(turns.all.map(({ question }) => question), ["Why?"]);
  assert.deepEqual(sent.map(({ question }) => question), ["Why?"]);
  assert.equal("retry_of" in sent[0], false);
});

test("without a connection a question waits, and can be cancelled", () => {
  isOpen = false;
  const [one, two] = [ask("One"), ask("Two")];

  assert.deepEqual(asks.unsent, [one, two]);
  assert.equal(asks.takeBack(one).question, "One");
  isOpen = true;
  asks.sendReady();

  assert.deepEqual(sent.map(({ question }) => question), ["Two"]);
  assert.equal(asks.takeBack(two), null);
});

test("without a network a question says so after a moment, until it is sent", () => {
  isOpen = false;
  const early = ask("Early");
  assert.equal(early.isAway, undefined);

  clock.advance(1_500);
  assert.equal(early.isAway, true);
  clock.advance(60_000);
  const late = ask("Late");
  clock.advance(1_500);
  assert.equal(late.isAway, true);

  isOpen = true;
  asks.sendReady();
  assert.deepEqual([early.isAway, late.isAway], [false, false]);
  clock.advance(60_000);
  assert.deepEqual([early.isAway, late.isAway], [false, false]);
});

test("a question that may be lost with its connection waits for the network, too, unless a form sends it", () => {
  const turn = ask("Why?");
  asks.connectionLost();
  clock.advance(1_500);
  assert.equal(turn.isAway, true);

  const [{ request_id: requestId }] = sent;
  asks.markSent(requestId);
  assert.equal(turn.isAway, false);
});

test("a connection that is back at once is not mentioned", () => {
  const turn = ask("Why?");
  asks.connectionLost();
  asks.sendReady();
  clock.advance(60_000);

  assert.notEqual(turn.isAway, true);
});

test("an unaccepted question is sent again with the same id after a lost connection, and after 10 seconds", () => {
  ask("Why?");
  asks.connectionLost();
  asks.sendReady();
  clock.advance(9_000);
  asks.sendReady();
  assert.equal(sent.length, 2);
  clock.advance(1_000);
  asks.sendReady();

  assert.equal(sent.length, 3);
  assert.equal(new Set(sent.map((command) => JSON.stringify(command))).size, 1);
});

test("an accepted question is not sent again", () => {
  ask("Why?");

  assert.equal(accept(sent[0]), true);
  asks.connectionLost();
  asks.sendReady();
  load("c1");
  asks.sendReady();

  assert.equal(sent.length, 1);
  assert.equal(accept(sent[0]), false);
});

test("after a reload an unaccepted question is sent again, and shown only if the answer takes time", () => {
  ask("Why?");

  load("c1");
  asks.sendReady();
  assert.deepEqual([sent.length, turns.all.length], [2, 0]);
  clock.advance(1_000);

  assert.deepEqual(turns.all.map(({ question }) => question), ["Why?"]);
});

test("a question that is on the page already is not shown twice", () => {
  ask("Why?");
  load("c1");
  turns.append({ question: "Why?" }).uuid = "t1";
  clock.advance(1_000);

  accept(sent[0]);

  assert.deepEqual(turns.all.map(({ uuid }) => uuid), ["t1"]);
});

test("questions of a new conversation go into the one that the first creates, also after a reload", () => {
  load(null);
  ask("First");
  ask("Second");
  assert.equal(sent.length, 1);
  load(null);
  asks.sendReady();

  accept(sent[0], { conversation: "c9" });

  assert.deepEqual(sent.map((c) => [c.question, c.conversation]), [["First", null], ["First", null], ["Second", "c9"]]);
  assert.equal(place.conversation, "c9");
});

test("if the first question of a new conversation is refused, the second creates it", () => {
  load(null);
  ask("First");
  ask("Second");

  assert.equal(asks.refused(sent[0].request_id).entry.question, "First");

  assert.deepEqual(sent.map((c) => [c.question, c.conversation]), [["First", null], ["Second", null]]);
  assert.deepEqual(turns.all.map(({ question }) => question), ["Second"]);
});

test("a question of another conversation is sent, but not shown", () => {
  ask("There");
  load("c2");
  asks.sendReady();
  clock.advance(1_000);

  accept(sent[0]);

  assert.deepEqual([sent.length, turns.all.length, place.conversation], [2, 0, "c2"]);
});

test("lone surrogates are replaced", () => {
  ask("a\ud83db\ude00c🙂");

  assert.equal(sent[0].question, "a\ufffdb\ufffdc🙂");
});

test("drafts are stored by conversation, and move when a new one gets its id", () => {
  const drafts = new Drafts(new Store(storage, "7"));
  drafts.keepText(null, "new");
  drafts.keepFilter("c1", [], {});
  drafts.addText("c1", "refused");
  drafts.addText("c1", "again");

  drafts.move(null, "c9");

  const reloaded = new Drafts(new Store(storage, "7"));
  assert.deepEqual([reloaded.text(null), reloaded.text("c9"), reloaded.text("c1")], ["", "new", "refused\n\nagain"]);
  assert.deepEqual([reloaded.recordings("c1"), reloaded.recordings("c9")], [[], null]);
});

test("an empty draft is deleted", () => {
  const drafts = new Drafts(new Store(storage, "7"));
  drafts.keepText("c1", "x");

  drafts.keepText("c1", "");

  assert.equal(storage.length, 0);
});

test("values are deleted for the next user, but not those under other prefixes", () => {
  storage.setItem("other", "1");
  new Store(storage, "7").set("a", 1);

  const next = new Store(storage, "8");

  assert.equal(next.get("a"), null);
  assert.deepEqual([storage.length, storage.getItem("other")], [1, "1"]);
});

test("without storage, or with invalid values in it, the store keeps values in memory", () => {
  const full = {
    get length() {
      throw new Error("denied");
    },
    getItem: () => "{not json",
    setItem: () => {
      throw new Error("full");
    },
  };
  for (const broken of [null, full]) {
    const store = new Store(broken, "7");
    store.set("a", [1]);

    assert.deepEqual([store.get("a"), store.get("b")], [[1], null]);
  }
});

test("request ids are UUIDs, with and without randomUUID", () => {
  const plain = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;

  const ids = [newRequestId(), ...Array.from({ length: 100 }, () => newRequestId(plain))];

  for (const id of ids) assert.match(id, pattern);
  assert.equal(new Set(ids).size, 101);
});
