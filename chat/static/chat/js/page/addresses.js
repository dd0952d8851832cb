/** Where the site keeps things. */

export function conversationAddress(conversation) {
  return `/c/${conversation}/`;
}

/** The turns behind a turn; all of them if that is null. */
export function newerTurnsAddress(conversation, turn) {
  return `/c/${conversation}/turns/${turn ? `?after=${turn}` : ""}`;
}

export function askAddress(conversation) {
  return `/c/${conversation}/ask/`;
}

export function turnAddress(turn) {
  return `/turns/${turn}/`;
}

/** Where to sign in and come back from. */
export function signInAddress(place) {
  return `/accounts/login/?next=${encodeURIComponent(place)}`;
}
