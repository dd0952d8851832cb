import "./accounts/copy_field.js";
import { ExportProgress } from "./accounts/export_progress.js";
import { Asks } from "./asking/asks.js";
import { BudgetLine } from "./asking/budget_line.js";
import { Composer } from "./asking/composer.js";
import { Drafts } from "./asking/drafts.js";
import { FormAsks } from "./asking/form_asks.js";
import { Outbox } from "./asking/outbox.js";
import { Queue } from "./asking/queue.js";
import { RecordingFilter } from "./asking/recording_filter.js";
import { Store } from "./asking/store.js";
import { Acks } from "./connection/acks.js";
import { Attention } from "./connection/attention.js";
import { CatchUp } from "./connection/catch_up.js";
import { Connection } from "./connection/connection.js";
import { Fragments } from "./connection/fragments.js";
import { Rest } from "./connection/rest.js";
import { Resync } from "./connection/resync.js";
import { Conversation } from "./conversation.js";
import { LOCKED_OUT_ADDRESS, signInAddress } from "./page/addresses.js";
import { Announcer } from "./page/announcer.js";
import { Banner } from "./page/banner.js";
import { Clock } from "./page/clock.js";
import { ConversationMenu } from "./page/conversation_menu.js";
import { find, findAll, findRequired } from "./page/elements.js";
import { Frames } from "./page/frames.js";
import { Place } from "./page/place.js";
import { ReadingPlace } from "./page/reading_place.js";
import { Scroller } from "./page/scroller.js";
import { SearchShortcut } from "./page/search_shortcut.js";
import { Shortcuts } from "./page/shortcuts.js";
import { Sidebar } from "./page/sidebar.js";
import { Times } from "./page/times.js";
import { TrustedHtml } from "./page/trusted_html.js";
import { Gate } from "./player/gate.js";
import { PlayButtons } from "./player/play_buttons.js";
import { Player } from "./player/player.js";
import { PlayerControls } from "./player/player_controls.js";
import { Jobs } from "./processing/jobs.js";
import { Following } from "./recordings/following.js";
import { KeptPlace } from "./recordings/kept_place.js";
import { showMarkedWords } from "./recordings/marked_words.js";
import { MomentLink } from "./recordings/moment_link.js";
import { Pieces } from "./recordings/pieces.js";
import { timeIn } from "./recordings/places.js";
import { SegmentKeys } from "./recordings/segment_keys.js";
import { Transcript } from "./recordings/transcript.js";
import { TranscriptFilter } from "./recordings/transcript_filter.js";
import { ServerEvents } from "./server_events.js";
import { openSources } from "./sources/open_sources.js";
import { Clipboard } from "./turns/clipboard.js";
import { Feedback } from "./turns/feedback.js";
import { Turn } from "./turns/turn.js";
import { TurnActions } from "./turns/turn_actions.js";
import { TurnView } from "./turns/turn_view.js";
import { Turns } from "./turns/turns.js";
import "./zone.js";

/** Creates the parts of the page and connects them. */

/** @import { Command } from "./connection/wire.js" */

const { body } = document;
const store = new Store(storage("sessionStorage"), body.dataset.user ?? "");
const kept = new Store(storage("localStorage"), body.dataset.user ?? "");
export const html = new TrustedHtml(document);
const fragments = new Fragments({ html });

new Times({ root: body, clock: new Clock(), zone: body.dataset.zone }).start();
startSignOut();
startSearch();
const player = startSound();
startConversation();
startExport();
startJobs();

/**
 * Return the storage of the tab or of the browser. Browsers that are set to store nothing throw when it is read.
 * @param {"sessionStorage" | "localStorage"} name
 * @returns {Storage | null}
 */
function storage(name) {
  try {
    return globalThis[name];
  } catch {
    return null;
  }
}

/** Delete what the user has typed on sign-out: somebody else may use this browser next. */
function startSignOut() {
  find(body, "sign-out", HTMLFormElement)?.addEventListener("submit", () => store.clear());
}

function startExport() {
  const element = find(body, "export", HTMLElement);
  if (element) new ExportProgress({ element, fragments, clock: new Clock() }).start();
}

function startJobs() {
  const element = find(body, "jobs", HTMLElement);
  if (element) new Jobs({ element, fragments, clock: new Clock() }).start(document);
}

function startSearch() {
  const inputs = findAll(body, "search-input").filter((input) => input instanceof HTMLInputElement);
  if (inputs.length > 0) new SearchShortcut(inputs).start(document);
}

/** Start the only sound of the page: that of a recording, or of what is played from several. @returns {Player} */
function startSound() {
  const root = find(body, "transcript", HTMLElement);
  const shown = find(body, "audio", HTMLAudioElement);
  const audio = shown ?? new Audio();
  const sound = new Player({ audio, clock: new Clock(), gate: shown ? null : new Gate(audio) });
  const buttons = new PlayButtons({ root: body, player: sound });
  buttons.start();
  if (root) startTranscript({ root, player: sound, buttons });
  return sound;
}

/** @param {{root: HTMLElement, player: Player, buttons: PlayButtons}} parts */
function startTranscript({ root, player, buttons }) {
  const clock = new Clock();
  const announcer = new Announcer({ element: findRequired(body, "announcer", HTMLElement), clock });
  const onChange = () => {
    buttons.refresh();
    transcript.refresh();
    keys.refresh();
  };
  const onArrival = () => {
    transcript.cue();
    keys.arrive();
  };
  const pieces = new Pieces({ root, fragments, announcer, onChange, onArrival });
  const transcript = new Transcript({ root, player, pieces });
  const keys = new SegmentKeys({ root, transcript, pieces });
  const controls = find(root, "player-controls", HTMLElement);
  transcript.start();
  keys.start();
  if (controls) {
    new PlayerControls({ element: controls, player, store: kept }).start();
    const copy = findRequired(controls, "copy-moment", HTMLElement);
    new MomentLink({ button: copy, player, transcript, clipboard: new Clipboard({ clock, announcer }) }).start();
    const button = findRequired(controls, "follow", HTMLElement);
    new Following({ transcript, pieces, player, button, clock }).start();
  }
  const form = find(root, "transcript-filter", HTMLFormElement);
  const onReplace = () => {
    pieces.refresh();
    onChange();
  };
  if (form) new TranscriptFilter({ root, form, fragments, announcer, clock, onChange: onReplace }).start();
  showPlace(root, pieces, transcript);
}

/**
 * Show the place where the reader was, or that the address names.
 * @param {HTMLElement} root
 * @param {Pieces} pieces
 * @param {Transcript} transcript
 */
async function showPlace(root, pieces, transcript) {
  const time = location.hash === "" ? timeIn(location.search) : null;
  const segment = time === null ? null : transcript.segmentAt(time);
  if (segment && !isReturn()) location.replace(`#${segment.id}`); // the browser marks a target only on its way to it
  const place = new KeptPlace({ store, pieces, root });
  place.start();
  const isRestored = isReturn() && (await place.restore());
  if (!isRestored) await pieces.arrive();
  if (!isReturn()) showMarkedWords(root);
  pieces.start();
}

/** @param {() => void} [onLeave] see ``SourceLinks`` */
function startSources(onLeave = () => {}) {
  openSources({ body, player, fragments, store: kept, isReturn: isReturn(), onLeave });
}

/** @returns {void} */
function startConversation() {
  const main = find(body, "conversation", HTMLElement);
  const form = find(body, "composer", HTMLFormElement);
  const list = find(body, "turns", HTMLElement);
  if (!main || !form || !list) return startSources();
  const findElement = (/** @type {string} */ name) => findRequired(body, name, HTMLElement);

  const clock = new Clock();
  const menu = new ConversationMenu(findElement("menu"));
  const place = new Place({ main, form, menu });
  const connection = new Connection({ url: socketAddress(), clock });
  const send = (/** @type {Command} */ command) => connection.send(command);
  const template = findRequired(body, "turn-template", HTMLTemplateElement);
  const turns = new Turns({ list, template, makeTurn: turnMaker({ frames: new Frames({ clock }), clock }) });
  const drafts = new Drafts(store);
  const asks = new Asks({ outbox: new Outbox(store), turns, place, clock, send });
  const formAsks = new FormAsks({ asks, fragments, form });
  const catchUp = new CatchUp({ place, turns, fragments });
  const resync = new Resync({ connection, turns, asks, catchUp, clock });
  const composer = new Composer({ form, clock });
  const filter = new RecordingFilter({
    element: findRequired(body, "filter", HTMLDetailsElement),
    chips: findElement("filter-chips"),
    shown: findElement("filter-shown"),
    fragments,
    clock,
    onChange: (recordings, limits) => drafts.keepFilter(place.conversation, recordings, limits),
  });
  const isStreaming = () => turns.streaming !== null;
  const scroller = new Scroller({ box: findElement("scroller"), jump: findElement("jump"), isStreaming });
  const announcer = new Announcer({ element: findElement("announcer"), clock });
  const banner = new Banner({ element: findElement("banner"), clock });
  const budget = new BudgetLine(findElement("budget"));
  const sidebar = new Sidebar({ element: findElement("conversations"), fragments, clock, place });
  const shared = { connection, turns, asks, formAsks, resync, place, drafts, composer, filter, sidebar };
  const conversation = new Conversation({ ...shared, scroller });
  const acks = new Acks({ clock, send });
  const events = new ServerEvents({ ...shared, acks, html, budget, banner, announcer, leave });
  const queue = new Queue({
    list: findElement("queue"),
    clock,
    waiting: () => [...turns.queued, ...asks.unsent],
    cancel: (turn) => {
      conversation.stop(turn);
      composer.takeFocus();
    },
  });
  turns.onChange(() => {
    queue.refresh();
    composer.offerStop(isStreaming());
    scroller.settle();
  });

  filter.start();
  composer.start(conversation);
  restore({ composer, filter, drafts, conversation: place.conversation });
  scroller.start(list, location.hash === "");
  new ReadingPlace({ store, place, scroller, list }).start(isReturn());
  startSources(() => scroller.release());
  new TurnActions({ list, turns, conversation, clipboard: new Clipboard({ clock, announcer }) }).start();
  new Feedback({ list, tokens: form, fragments, announcer, leave }).start();
  new Shortcuts({ conversation, composer }).start(document);
  new Attention(() => conversation.wake()).start(window);
  events.start();
  const isWaiting = () => turns.live.length > 0 || asks.isPending;
  new Rest({ connection, clock, isWaiting, document }).start();
}

/** @returns {string} */
function socketAddress() {
  return new URL(body.dataset.socket ?? "", location.href.replace(/^http/u, "ws")).href;
}

/**
 * @param {{frames: Frames, clock: Clock}} parts
 * @returns {(element: HTMLElement) => Turn}
 */
function turnMaker({ frames, clock }) {
  /** @type {Record<string, string>} */
  const labels = {};
  const { content } = findRequired(body, "phase-labels", HTMLTemplateElement);
  for (const label of findAll(content, "phase")) labels[label.dataset.phase ?? ""] = label.textContent ?? "";
  return (element) => new Turn({ view: new TurnView(element, labels), frames, clock });
}

/**
 * Restore the draft, unless the page was just opened with a question of its own.
 * @param {{composer: Composer, filter: RecordingFilter, drafts: Drafts, conversation: string | null}} parts
 */
function restore({ composer, filter, drafts, conversation }) {
  const text = drafts.text(conversation);
  const recordings = drafts.recordings(conversation);
  if (text !== "" && (isReturn() || composer.givenText === "")) composer.fill(text);
  if (recordings !== null && (isReturn() || location.search === "")) filter.choose(recordings, drafts.limits(conversation));
}

/** @returns {boolean} whether the page was reloaded, or reached by Back or Forward */
function isReturn() {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && /^(?:reload|back_forward)$/u.test(navigation.type);
}

/** @param {boolean} [isLockedOut] whether the account was deactivated or deleted */
function leave(isLockedOut = false) {
  location.assign(isLockedOut ? LOCKED_OUT_ADDRESS : signInAddress(location.pathname + location.search));
}
