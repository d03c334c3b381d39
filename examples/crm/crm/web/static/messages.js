// What the page tells the user beside the view itself: errors, notices, and what is missing.

const place = (name) => document.getElementById(name);

const MISSING = { core: "names of owners and accounts", tags: "tags" };

let next = "";

/** Show a notice once the next view is there. */
export function sayThen(text) {
  next = text;
}

/** Show what was to be said at this view. */
export function sayNow() {
  if (next) showNotice(next);
  next = "";
}

export function clearMessages() {
  for (const name of ["error", "notice", "degraded"]) show(name, "");
}

export function showError(error) {
  show("notice", "");
  show("error", error.message || "Something went wrong.");
}

export function showNotice(text) {
  show("error", "");
  show("notice", text);
}

/** Tell which parts are missing; `lists` are the `degraded` lists of what is on the page. */
export function showDegraded(...lists) {
  const lost = [...new Set(lists.flat())].sort();
  const parts = lost.map((name) => MISSING[name] ?? name).join(" and ");
  show("degraded", lost.length ? `Some information is missing just now: ${parts}. Everything else still works.` : "");
}

function show(name, text) {
  place(name).textContent = text;
  place(name).hidden = text === "";
}
