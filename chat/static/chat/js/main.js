import { Asks } from "./asking/asks.js";
import { Composer } from "./asking/composer.js";
import { Drafts } from "./asking/drafts.js";
import { Outbox } from "./asking/outbox.js";
import { Queue } from "./asking/queue.js";
import { RecordingFilter } from "./asking/recording_filter.js";
import { Store } from "./asking/store.js";
import { Acks } from "./connection/acks.js";
import { Attention } from "./connection/attention.js";
import { CatchUp } from "./connection/catch_up.js";
import { Connection } from "./connection/connection.js";
import { Fragments } from "./connection/fragments.js";
import { Resync } from "./connection/resync.js";
import { Conversation } from "./conversation.js";
import { signInAddress } from "./page/addresses.js";
import { Announcer } from "./page/announcer.js";
import { Banner } from "./page/banner.js";
import { Clock } from "./page/clock.js";
import { Frames } from "./page/frames.js";
import { Place } from "./page/place.js";
import { Scroller } from "./page/scroller.js";
import { Shortcuts } from "./page/shortcuts.js";
import { Sidebar } from "./page/sidebar.js";
import { Transcript } from "./page/transcript.js";
import { TrustedHtml } from "./page/trusted_html.js";
import { Clipboard } from "./turns/clipboard.js";
import { Turn } from "./turns/turn.js";
import { TurnActions } from "./turns/turn_actions.js";
import { TurnView } from "./turns/turn_view.js";
import { Turns } from "./turns/turns.js";

/** Puts the parts of the page together. */

const { body } = document;
const store = new Store(tabStorage(), body.dataset.user ?? "");

startSignOut();
startTranscript();
startConversation();

function find(name, root = document) {
  return root.querySelector(`[data-${name}]`);
}

/** Browsers that are told to store nothing throw already here. */
function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

/** Nothing that was typed stays in a browser that someone else may use next. */
function startSignOut() {
  find("sign-out")?.addEventListener("submit", () => store.clear());
}

function startTranscript() {
  const [root, audio] = [find("transcript"), find("audio")];
  if (root && audio) new Transcript({ root, audio }).start();
}

function startConversation() {
  const [main, form, list] = [find("conversation"), find("composer"), find("turns")];
  if (!main || !form || !list) return;

  const clock = new Clock();
  const html = new TrustedHtml(document);
  const fragments = new Fragments({ html });
  const place = new Place({ main, form });
  const frames = new Frames({ clock });
  const connection = new Connection({ url: socketAddress(), clock });
  const send = (command) => connection.send(command);
  const makeTurn = turnMaker({ frames, clock });
  const turns = new Turns({ list, template: find("turn-template"), makeTurn });
  const drafts = new Drafts(store);
  const asks = new Asks({ outbox: new Outbox(store), turns, place, clock, send });
  const catchUp = new CatchUp({ place, turns, fragments });
  const announcer = new Announcer({ element: find("announcer"), clock });
  const composer = new Composer(form);
  const filter = new RecordingFilter({
    element: find("filter"),
    fragments,
    clock,
    onChange: (recordings) => drafts.keepRecordings(place.conversation, recordings),
  });
  const scroller = new Scroller({
    box: find("scroller"),
    jump: find("jump"),
    isStreaming: () => turns.streaming !== null,
  });
  const queue = new Queue({
    list: find("queue"),
    clock,
    waiting: () => [...turns.queued, ...asks.unsent],
    cancel: (turn) => {
      conversation.stop(turn);
      composer.takeFocus();
    },
  });
  const conversation = new Conversation({
    connection,
    turns,
    asks,
    acks: new Acks({ clock, send }),
    resync: new Resync({ connection, turns, asks, catchUp, clock }),
    html,
    place,
    drafts,
    composer,
    filter,
    queue,
    scroller,
    banner: new Banner({ element: find("banner"), clock }),
    announcer,
    sidebar: new Sidebar({ element: find("conversations"), fragments, clock, place }),
    leave,
  });

  filter.start();
  composer.start(conversation);
  restore({ composer, filter, drafts, conversation: place.conversation });
  scroller.start(list, location.hash === "");
  new TurnActions({ list, turns, conversation, clipboard: new Clipboard({ clock, announcer }) }).start();
  new Shortcuts({ conversation, composer }).start(document);
  new Attention(() => conversation.wake()).start(window);
  conversation.start();
}

function socketAddress() {
  return new URL(body.dataset.socket, location.href.replace(/^http/u, "ws")).href;
}

function turnMaker({ frames, clock }) {
  const labels = {};
  for (const label of find("phase-labels").content.querySelectorAll("[data-phase]")) {
    labels[label.dataset.phase] = label.textContent;
  }
  return (element) => new Turn({ view: new TurnView(element, labels), frames, clock });
}

/** What was typed comes back, unless the page was just opened with a question of its own. */
function restore({ composer, filter, drafts, conversation }) {
  const [navigation] = performance.getEntriesByType("navigation");
  const isReturn = navigation?.type === "reload" || navigation?.type === "back_forward";
  const text = drafts.text(conversation);
  const recordings = drafts.recordings(conversation);
  if (text !== "" && (isReturn || composer.givenText === "")) composer.fill(text);
  if (recordings !== null && (isReturn || location.search === "")) filter.choose(recordings);
}

function leave() {
  location.assign(signInAddress(location.pathname + location.search));
}
