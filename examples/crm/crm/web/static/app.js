// Decides which view is shown, and who is logged in.

import * as api from "./api.js";
import { h } from "./dom.js";
import { clearMessages, sayNow, showDegraded, showError } from "./messages.js";
import { dealView } from "./view-deal.js";
import { dealsView } from "./view-deals.js";
import { editDealView } from "./view-edit.js";
import { loginView } from "./view-login.js";
import { newDealView } from "./view-new.js";

const view = document.getElementById("view");
let user = null;
let turn = 0;

/** Show an error; one that says that the session has ended leads to the log-in. */
function fail(error) {
  if (error.status === 401 && api.hasToken()) {
    api.forgetToken();
    user = null;
    show().then(() => showError({ message: "Your session has ended. Log in again." }));
    return;
  }
  showError(error);
}

function route() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [first, id, act] = path.split("/");
  if (first === "new") return { name: "New deal", build: () => newDealView(fail) };
  if (first === "deals" && id && act === "edit") return { name: "Edit deal", build: () => editDealView(decodeURIComponent(id), fail) };
  if (first === "deals" && id) return { name: "Deal", build: () => dealView(decodeURIComponent(id), fail) };
  return { name: "Deals", build: () => dealsView(new URLSearchParams(query), fail) };
}

async function build() {
  if (!api.hasToken()) return { name: "Log in", content: loginView(show) };
  if (user === null) user = await api.me();
  const { name, build: content } = route();
  return { name, content: await content() };
}

function showWho() {
  for (const name of ["menu", "who"]) document.getElementById(name).hidden = user === null;
  for (const link of document.querySelectorAll("#menu a")) {
    if (link.hash === (location.hash.split("?")[0] || "#/deals")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const text = user ? [user.user.name ?? user.user.id, user.account.name].filter(Boolean).join(" · ") : "";
  document.querySelector("[data-testid=who]").textContent = text;
}

function focusOn(kept) {
  const same = kept ? view.querySelector(`#${kept}:enabled`) : null;
  (same ?? view.querySelector("[data-focus]") ?? view.querySelector("h1"))?.focus();
}

async function show() {
  const mine = ++turn;
  clearMessages();
  view.setAttribute("aria-busy", "true");
  try {
    const { name, content } = await build();
    if (mine !== turn) return; // the user has gone elsewhere meanwhile
    showWho();
    // Someone who pages or filters by keyboard stays on the control; a new view starts at its heading.
    const kept = view.contains(document.activeElement) && document.activeElement.id;
    view.replaceChildren(content);
    showDegraded(user?.degraded ?? [], JSON.parse(content.dataset.degraded ?? "[]"));
    sayNow();
    document.title = `${name} · CRM`;
    focusOn(kept);
  } catch (error) {
    if (mine !== turn) return;
    showWho();
    view.replaceChildren(
      h("p", { class: "back" }, h("a", { href: "#/deals" }, "All deals")),
      h("h1", { tabindex: "-1" }, "This cannot be shown"),
    );
    document.title = "Error · CRM";
    focusOn(null);
    fail(error);
  } finally {
    if (mine === turn) view.setAttribute("aria-busy", "false");
  }
}

document.getElementById("logout").addEventListener("click", async () => {
  await api.logOut().catch(() => {}); // the token is forgotten here whatever the server says
  user = null;
  if (location.hash === "#/deals") show();
  else location.hash = "#/deals";
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address after # is ours
  document.getElementById("main").focus();
});
window.addEventListener("hashchange", show);
show();
