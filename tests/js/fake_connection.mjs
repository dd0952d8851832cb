import { Connection } from "../../chat/static/chat/js/connection/connection.js";
import { FakeClock } from "./fake_clock.mjs";

/** The server's side of a socket. */
export class FakeSocket {
  sent = [];
  isClosed = false;

  send(frame) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.isClosed = true;
  }

  say(event) {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
}

/** Return a connection that has started, with its clock, its sockets so far, and what its delegate has heard. */
export function startConnection() {
  const clock = new FakeClock();
  const sockets = [];
  const heard = [];
  const createSocket = () => {
    sockets.push(new FakeSocket());
    return sockets.at(-1);
  };
  const connection = new Connection({ url: "ws://x/", clock, random: () => 0.5, createSocket });
  connection.start({
    connectionOpened: () => heard.push("opened"),
    connectionReceived: (event) => heard.push(event.type),
    connectionSilent: () => heard.push("silent"),
    connectionHeard: () => heard.push("heard"),
    connectionLost: (code) => heard.push(`lost ${code}`),
    connectionBlocked: () => heard.push("blocked"),
    connectionSignedOut: () => heard.push("signed out"),
  });
  return { clock, sockets, heard, connection };
}
