import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Gate } from "../../chat/static/chat/js/player/gate.js";

/** A context whose time stands still, and that notes what is scheduled. */
class FakeContext {
  currentTime = 100;
  state = "suspended";
  destination = {};
  calls = [];

  createGain() {
    const note = (name) => (...values) => this.calls.push([name, ...values]);
    const gain = {
      cancelScheduledValues: () => {},
      setValueAtTime: note("set"),
      linearRampToValueAtTime: note("ramp"),
    };
    return { context: this, gain, connect: (target) => target };
  }

  createMediaElementSource() {
    return { connect: (target) => target };
  }

  resume() {
    this.state = "running";
  }
}

globalThis.navigator ??= {};

/** Create a gate, and return it with its context, which exists once it was opened. */
function gated() {
  const made = [];
  globalThis.AudioContext = class extends FakeContext {
    constructor() {
      super();
      made.push(this);
    }
  };
  return { gate: new Gate({}), made };
}

afterEach(() => delete globalThis.AudioContext);

test("nothing is built before the reader has pressed something", () => {
  const { gate, made } = gated();

  gate.closeAfter(1);

  assert.deepEqual(made, []);
});

test("an open gate is silent at the moment that was asked for", () => {
  const { gate, made } = gated();
  gate.open();
  const [context] = made;
  assert.equal(context.state, "running");

  gate.closeAfter(2.5);

  assert.deepEqual(context.calls, [["set", 1, 100], ["set", 1, 102.492], ["ramp", 0, 102.5]]);
});

test("it opens again, and has no end where the span has none", () => {
  const { gate, made } = gated();
  gate.open();
  gate.closeAfter(1);
  made[0].calls = [];

  gate.open();
  gate.closeAfter(Infinity);

  assert.deepEqual(made[0].calls, [["set", 1, 100]]);
  assert.equal(made.length, 1);
});

test("a browser without Web Audio plays past the gate", () => {
  const gate = new Gate({});

  gate.open();
  gate.closeAfter(1);
});
