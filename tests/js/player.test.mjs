import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Player } from "../../chat/static/chat/js/player/player.js";
import { FakeClock } from "./fake_clock.mjs";

/** An audio element that plays only when the test says so. */
class FakeAudio extends EventTarget {
  currentTime = 0;
  playbackRate = 1;
  paused = true;
  ended = false;
  error = null;
  sources = [];

  getAttribute() {
    return null;
  }

  set src(address) {
    this.sources.push(address);
    this.error = null;
  }

  async play() {
    this.paused = false;
    this.dispatchEvent(new Event("playing"));
  }

  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }

  moveTo(time, event) {
    this.currentTime = time;
    this.dispatchEvent(new Event(event));
  }
}

let audio, clock, player;

beforeEach(() => {
  audio = new FakeAudio();
  clock = new FakeClock();
  player = new Player({ audio, clock });
});

test("a span stops at its end, also between two reports of the time", async () => {
  await player.play(10, 12, "/a");
  audio.moveTo(11.75, "timeupdate");
  assert.equal(player.state, "playing");

  audio.currentTime = 12;
  clock.advance(250);

  assert.equal(audio.paused, true);
  assert.equal(player.state, "silent");
});

test("what was paused goes on, and what has ended begins again", async () => {
  await player.play(10, 12, "/a");
  audio.moveTo(11, "timeupdate");
  player.pause();
  await player.resume();
  assert.equal(audio.currentTime, 11);

  audio.moveTo(12, "timeupdate");
  await player.resume();
  assert.equal(audio.currentTime, 10);
});

test("the audio of a recording is loaded once, and again after an error", async () => {
  await player.play(1, 2, "/a");
  await player.play(5, 6, "/a");
  await player.play(1, 2, "/b");
  assert.deepEqual(audio.sources, ["/a", "/b"]);

  audio.error = {};
  await player.resume();
  assert.deepEqual(audio.sources, ["/a", "/b", "/b"]);
});

test("a reader who leaves the span hears on", async () => {
  await player.play(10, 12, "/a");

  audio.moveTo(40, "seeking");
  audio.moveTo(41, "timeupdate");

  assert.equal(player.span, null);
  assert.equal(audio.paused, false);
});

test("audio that cannot be played is a failure, an interrupted call is none", async () => {
  audio.play = () => Promise.reject(new DOMException("", "AbortError"));
  await player.play(1, 2, "/a");
  assert.equal(player.state, "loading");

  audio.play = () => Promise.reject(new DOMException("", "NotSupportedError"));
  await player.play(1, 2, "/a");
  assert.equal(player.state, "failed");
});

test("the position moves by seconds, but not before the start", () => {
  audio.currentTime = 12;
  player.skip(-5);
  assert.equal(audio.currentTime, 7);

  audio.currentTime = 3;
  player.skip(-5);
  assert.equal(audio.currentTime, 0);
});

test("the speed also holds for what is loaded next", () => {
  player.speed = 1.5;

  assert.deepEqual([player.speed, audio.playbackRate, audio.defaultPlaybackRate], [1.5, 1.5, 1.5]);
});

test("a player without a span goes on at its position", async () => {
  audio.currentTime = 20;

  await player.toggle();
  assert.deepEqual([player.state, audio.currentTime, player.span], ["playing", 20, null]);

  await player.toggle();
  assert.equal(audio.paused, true);
});

test("prepared audio is loaded at its position, and does not sound before it is played", async () => {
  player.prepare(11.1, "/a");
  assert.deepEqual([audio.sources, audio.currentTime, audio.paused, player.span], [["/a"], 11.1, true, null]);

  await player.play(11.1, 14.4, "/a");
  player.prepare(3, "/b");
  assert.deepEqual([audio.sources, audio.currentTime], [["/a"], 11.1]);
});

test("a span has ended when it was played to its end", async () => {
  await player.play(10, 12, "/a");
  audio.moveTo(11, "timeupdate");
  player.pause();
  assert.equal(player.hasEnded, false);

  await player.resume();
  audio.moveTo(12, "timeupdate");
  assert.equal(player.hasEnded, true);
});

test("the gate closes at the end of the span, whenever that comes, and opens for the next", async () => {
  const calls = [];
  const gate = { open: () => calls.push("open"), closeAfter: (seconds) => calls.push(seconds) };
  player = new Player({ audio, clock, gate });

  await player.play(10, 12, "/a");
  audio.moveTo(11, "timeupdate");
  audio.playbackRate = 2;
  audio.dispatchEvent(new Event("ratechange"));
  audio.dispatchEvent(new Event("waiting"));
  audio.moveTo(11.5, "playing");

  assert.deepEqual(calls, ["open", 2, 1, 0.5, "open", 0.25]);
});
