import { Announcer } from "../page/announcer.js";
import { Clock } from "../page/clock.js";
import { find, findRequired } from "../page/elements.js";
import { Clipboard } from "../turns/clipboard.js";
import { PanelSound } from "./panel_sound.js";
import { SourceCard } from "./source_card.js";
import { SourceLinks } from "./source_links.js";
import { SourcePanel } from "./source_panel.js";
import { WholeAnswer } from "./whole_answer.js";

/**
 * @import { Store } from "../asking/store.js"
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Player } from "../player/player.js"
 */

/**
 * Start the way from the answers of a page to their sources, if it has any.
 * @param {{body: HTMLElement, player: Player, fragments: Fragments, store: Store, isReturn: boolean,
 *   onLeave: () => void}} parts ``store`` outlives the tab; for the others see ``SourceLinks``
 */
export function openSources({ body, player, fragments, store, isReturn, onLeave }) {
  const list = find(body, "turns", HTMLElement);
  const box = find(body, "scroller", HTMLElement);
  const element = find(body, "panel", HTMLElement);
  if (!list || !box || !element) return;
  const clock = new Clock();
  const announcer = new Announcer({ element: findRequired(body, "announcer", HTMLElement), clock });
  const sound = new PanelSound({ panel: element, player, store });
  const panel = new SourcePanel({ element, fragments, sound, clipboard: new Clipboard({ clock, announcer }), clock });
  const links = new SourceLinks({ list, box, panel, onLeave });
  sound.start();
  panel.start();
  links.start(isReturn);
  new WholeAnswer({ panel, sound, links, clock }).start(list);
  new SourceCard({ list, clock, isQuiet: () => links.isReturning }).start();
}
