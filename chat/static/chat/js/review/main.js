import { NextKeys } from "./next_keys.js";

new NextKeys(document, localStorage).start();
