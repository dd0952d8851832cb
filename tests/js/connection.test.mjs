import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { reconnectDelay } from "../../chat/static/chat/js/connection/backoff.js";
import { Connection } from "../../chat/static/chat/js/connection/connection.js";
import { FakeSocket, startConnection } from "./fake_connection.mjs";

let clock, sockets, heard, connection;

beforeEach(() => {
  ({ clock, sockets, heard, connection } = startConnection());
});

function opened() {
  sockets.at(-1).onopen();
  return sockets.at(-1);
}

test("commands are sent only while the connection is open", () => {
  assert.equal(connection.send({ type: "a" }), false);
  const socket = opened();

  assert.equal(connection.send({ type: "b" }), true);

  assert.deepEqual(socket.sent, [{ type: "b" }]);
});

test("a connection stays while the server answers pings", () => {
  const socket = opened();
  for (let beat = 0; beat < 10; beat += 1) {
    clock.advance(3_000);
    socket.say({ type: "pong" });
  }

  assert.equal(socket.sent.length, 10);
  assert.deepEqual([sockets.length, heard.includes("silent")], [1, false]);
});

test("a silent connection is dropped at the second heartbeat, and opened again 0 to 0.5 seconds later", () => {
  const socket = opened();

  clock.advance(6_000);
  assert.deepEqual([heard.at(-1), socket.isClosed, sockets.length], ["lost 1006", true, 1]);
  clock.advance(250);

  assert.equal(sockets.length, 2);
});

test("whenever a server falls silent, the connection is dropped within 10 seconds", () => {
  const times = [];
  for (let last = 0; last < 3_000; last += 100) {
    const socket = opened();
    clock.advance(last);
    socket.say({ type: "pong" });
    const silentFrom = clock.now();
    while (!socket.isClosed) clock.advance(50);
    times.push(clock.now() - silentFrom);
    while (sockets.at(-1) === socket) clock.advance(50);
  }

  assert.ok(Math.max(...times) <= 10_000, `${Math.max(...times)} ms`);
});

test("whenever a server falls silent, the silence is reported within 5 seconds", () => {
  for (let last = 0; last < 3_000; last += 100) {
    const socket = opened();
    clock.advance(last);
    socket.say({ type: "pong" });
    heard.length = 0;

    clock.advance(5_000);

    assert.equal(heard[0], "silent", `last heard after ${last} ms`);
    while (sockets.at(-1) === socket) clock.advance(50);
  }
});

test("the end of a silence is reported", () => {
  const socket = opened();
  clock.advance(5_000);

  socket.say({ type: "pong" });

  assert.deepEqual(heard.slice(-3), ["silent", "heard", "pong"]);
});

test("after the system has slept, the server gets time to answer", () => {
  const socket = opened();
  clock.sleep(60_000);

  clock.advance(4_000);
  assert.deepEqual(socket.sent, [{ type: "ping" }]);
  socket.say({ type: "pong" });
  clock.advance(2_000);

  assert.equal(sockets.length, 1);
});

test("after the page was frozen, waiting events are received before the connection is dropped", () => {
  const socket = opened();
  clock.freeze(60_000);

  clock.advance(1);
  socket.say({ type: "token" });
  clock.advance(2_000);

  assert.deepEqual([heard.at(-1), sockets.length], ["token", 1]);
});

test("a dead connection is replaced within 1.5 seconds of a wake-up", () => {
  opened();

  connection.wake();
  clock.advance(1_500);

  assert.deepEqual([heard.at(-1), sockets.length], ["lost 1006", 2]);
});

test("a wake-up ends the pause before the next connection", () => {
  opened().onclose({ code: 1006 });

  connection.wake();

  assert.equal(sockets.length, 2);
});

test("a connection attempt times out after 10 seconds", () => {
  clock.advance(10_000);
  clock.advance(500);

  assert.equal(sockets.length, 2);
  assert.equal(sockets[0].isClosed, true);
});

test("the pauses between attempts grow to 10 seconds, and shrink again after an event", () => {
  const pause = () => {
    const before = clock.now();
    sockets.at(-1).onclose({ code: 1006 });
    for (const count = sockets.length; sockets.length === count; ) clock.advance(50);
    return clock.now() - before;
  };

  const grown = [250, 350, 450, 550, 750, 950, 1_250, 1_600, 2_050, 2_700, 3_450, 4_500, 5_000, 5_000];
  assert.deepEqual(grown.map(pause), grown);
  opened().say({ type: "pong" });
  assert.equal(pause(), 250);
});

test("the pauses keep growing while a server accepts connections and closes them at once", () => {
  for (let attempt = 0; attempt < 13; attempt += 1) {
    opened().onclose({ code: 1011 });
    clock.advance(10_000);
  }

  sockets.at(-1).onclose({ code: 1011 });
  clock.advance(4_999);
  assert.equal(sockets.length, 14);
});

test("after close code 4401 the page does not reconnect", () => {
  opened().onclose({ code: 4401 });
  connection.wake();
  clock.advance(100_000);

  assert.equal(heard.at(-1), "signed out");
  assert.equal(sockets.length, 1);
});

test("after a restart the page reconnects within the time that the server has announced", () => {
  const socket = opened();
  socket.say({ type: "restart", retry_after_ms: 3_000 });

  socket.onclose({ code: 1012 });
  clock.advance(1_499);
  assert.equal(sockets.length, 1);
  clock.advance(1);

  assert.equal(sockets.length, 2);
});

test("events of a replaced socket are ignored", () => {
  const socket = opened();
  connection.wake();
  clock.advance(1_500);

  socket.say({ type: "done" });

  assert.equal(heard.includes("done"), false);
});

test("an error of the delegate does not end the connection", (context) => {
  context.mock.method(console, "error", () => {});
  const socket = new FakeSocket();
  const other = new Connection({ url: "ws://x/", clock, createSocket: () => socket });
  const said = [];
  other.start({
    connectionOpened: () => {
      throw new Error("broken");
    },
    connectionReceived: (event) => {
      said.push(event.type);
      throw new Error("broken");
    },
  });

  socket.onopen();
  socket.say({ type: "a" });
  socket.say({ type: "b" });

  assert.deepEqual(said, ["a", "b"]);
});

test("delays are random within their range", () => {
  const range = (situation) => [0, 1].map((value) => reconnectDelay({ attempt: 0, ...situation, random: () => value }));

  assert.deepEqual(range({ code: 1006 }), [0, 500]);
  assert.deepEqual(range({ code: 1006, attempt: 99 }), [0, 10_000]);
  assert.deepEqual(range({ code: 1012 }), [0, 5_000]);
  assert.deepEqual(range({ code: 1012, restartWithin: 800 }), [0, 800]);
  assert.deepEqual(range({ code: 4429 }), [5_000, 10_000]);
});
