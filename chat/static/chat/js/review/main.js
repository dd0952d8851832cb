import { NextKeys } from "./next_keys.js";
import { PrintButtons } from "./print_buttons.js";

new NextKeys(document, localStorage).start();
new PrintButtons(window).start();
