/** Pages on which a passkey is added, or used to sign in. */

import { PasskeyForm } from "./accounts/passkey_form.js";
import { findAll, findRequired } from "./page/elements.js";
import "./zone.js";

for (const form of findAll(document, "passkey")) {
  if (!(form instanceof HTMLFormElement)) continue;
  new PasskeyForm({ form, refusal: findRequired(form, "passkey-refusal", HTMLElement) }).start();
}
