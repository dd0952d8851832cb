/** Pages on which a passkey is added, or used to sign in. */

import { PasskeyForm } from "./accounts/passkey_form.js";
import { findAll, findRequired } from "./page/elements.js";
import "./zone.js";

for (const form of findAll(document, "passkey")) {
  if (!(form instanceof HTMLFormElement)) continue;
  const refusal = findRequired(form, "passkey-refusal", HTMLElement);
  new PasskeyForm({ form, refusal, send: findRequired(form, "passkey-send", HTMLButtonElement) }).start();
}
