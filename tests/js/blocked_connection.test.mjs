/** Connections that are blocked or rest. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { startConnection } from "./fake_connection.mjs";

let clock, sockets, heard, connection;

beforeEach(() => {
  ({ clock, sockets, heard, connection } = startConnection());
});

function opened() {
  sockets.at(-1).onopen();
  return sockets.at(-1);
}

test("WebSockets count as blocked after three failed attempts, until one succeeds", () => {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    assert.equal(connection.isBlocked, false);
    sockets.at(-1).onclose({ code: 1006 });
    clock.advance(500);
  }
  assert.deepEqual([connection.isBlocked, heard], [true, ["lost 1006", "blocked"]]);
  sockets.at(-1).onclose({ code: 1006 });
  assert.equal(heard.at(-1), "blocked");

  clock.advance(1_000);
  opened();
  assert.equal(connection.isBlocked, false);
});

test("WebSockets that hang count as blocked after four seconds", () => {
  clock.advance(3_999);
  assert.deepEqual([connection.isBlocked, heard], [false, []]);

  clock.advance(1);

  assert.deepEqual([connection.isBlocked, heard], [true, ["blocked"]]);
});

test("WebSockets that have worked count as blocked after twenty seconds without one", () => {
  opened().onclose({ code: 1006 });
  while (clock.now() < 19_000) {
    clock.advance(500);
    sockets.at(-1).onclose?.({ code: 1006 });
  }
  assert.equal(connection.isBlocked, false);

  clock.advance(1_000);

  assert.equal(connection.isBlocked, true);
});

test("a connection that rests is not blocked", () => {
  clock.advance(5_000);

  connection.rest();

  assert.equal(connection.isBlocked, false);
});

test("a connection that rests stays closed until it is resumed, and is not reported as lost", () => {
  const socket = opened();

  connection.rest();
  connection.wake();
  clock.advance(100_000);
  assert.deepEqual([socket.isClosed, sockets.length, heard], [true, 1, ["opened"]]);
  connection.resume();
  opened();

  assert.deepEqual([sockets.length, heard], [2, ["opened", "opened"]]);
});

test("a connection that does not rest is not opened again by resume", () => {
  opened();

  connection.resume();

  assert.equal(sockets.length, 1);
});

test("after a sign-out the connection neither rests nor resumes", () => {
  opened().onclose({ code: 4401 });

  connection.rest();
  connection.resume();

  assert.equal(sockets.length, 1);
});
