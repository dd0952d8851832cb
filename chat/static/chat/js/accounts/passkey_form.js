/** A form that the browser fills with what a passkey says, when it is sent. */
export class PasskeyForm {
  #form;
  #refusal;
  #send;
  #isFilled = false;

  /**
   * @param {{form: HTMLFormElement, refusal: HTMLElement, send: HTMLButtonElement}} parts of the page; ``refusal`` says
   * what went wrong, and ``send`` is disabled until the form can be filled
   */
  constructor({ form, refusal, send }) {
    this.#form = form;
    this.#refusal = refusal;
    this.#send = send;
  }

  start() {
    this.#form.addEventListener("submit", (event) => {
      if (this.#isFilled) return;
      event.preventDefault();
      this.#fill();
    });
    this.#send.disabled = false;
  }

  /** Ask for the passkey, and send the form again with what it says. */
  async #fill() {
    this.#refusal.hidden = true;
    try {
      const field = this.#form.elements.namedItem("credential");
      const credential = await this.#ask();
      if (!(field instanceof HTMLInputElement && credential)) return;
      field.value = JSON.stringify(credential);
      this.#isFilled = true;
      this.#form.submit();
    } catch (error) {
      this.#refusal.textContent = said(error);
      this.#refusal.hidden = false;
    }
  }

  /** @returns {Promise<PublicKeyCredentialJSON | null>} */
  async #ask() {
    const { publicKey } = JSON.parse(this.#form.dataset.passkeyOptions ?? "{}");
    const made =
      this.#form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
    return made instanceof PublicKeyCredential ? made.toJSON() : null;
  }
}

/**
 * Return what to say of an error of the browser, whose own texts are for developers.
 * @param {unknown} error
 * @returns {string}
 */
function said(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "InvalidStateError") return "This device already has a passkey of yours.";
  if (name === "SecurityError") return "The browser allows no passkeys at this address.";
  if (name === "TypeError" || name === "ReferenceError") return "This browser is too old for passkeys here.";
  return "No passkey was used. Please try again.";
}
