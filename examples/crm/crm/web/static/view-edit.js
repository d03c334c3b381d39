// The form that changes a deal's title and value.

import * as api from "./api.js";
import { field, h, onSubmit, showFieldErrors } from "./dom.js";
import { sayThen } from "./messages.js";

const FIELDS = ["title", "value"];

export async function editDealView(id, fail) {
  let seen = await api.deal(id); // the deal that the user's changes are about
  const back = `#/deals/${encodeURIComponent(id)}`;
  const form = h(
    "form",
    { class: "card narrow", "aria-labelledby": "heading", "data-degraded": JSON.stringify(seen.degraded) },
    h("h1", { id: "heading", tabindex: "-1" }, "Edit deal"),
    field("Title", h("input", { name: "title", value: seen.title, required: true, maxlength: 200, autocomplete: "off", dir: "auto", "data-focus": true })),
    field(`Value in ${seen.currency}`, h("input", { name: "value", value: seen.value, required: true, inputmode: "decimal", autocomplete: "off" }), "For example 1299.00"),
    h("div", { class: "buttons" }, h("button", { type: "submit" }, "Save"), h("a", { class: "button quiet", href: back }, "Cancel")),
  );
  onSubmit(form, async (values) => {
    const changes = changed(seen, values);
    try {
      if (changes) await api.changeDeal(id, { ...changes, version: seen.version });
      sayThen(changes ? "Saved." : "Nothing was changed.");
      location.hash = back;
    } catch (error) {
      // Someone else was faster: the next try is about the deal that they made.
      const now = error.code === "version_conflict" ? await api.deal(id).catch(() => null) : null;
      fail(error);
      showFieldErrors(form, now ? merge(form, seen, now) : error.details);
      seen = now ?? seen;
    }
  });
  return form;
}

/** What the form holds that the deal does not; null when that is nothing. */
function changed(deal, values) {
  const changes = FIELDS.map((name) => [name, values[name].trim()]).filter(([name, value]) => value !== deal[name]);
  return changes.length ? Object.fromEntries(changes) : null;
}

/** Take over what someone else changed where the user did not; give back each field that both changed. */
function merge(form, seen, now) {
  const both = [];
  for (const name of FIELDS.filter((one) => now[one] !== seen[one])) {
    const control = form.elements[name];
    const mine = control.value.trim();
    if (mine === seen[name]) control.value = now[name];
    else if (mine !== now[name]) both.push({ field: name, message: `Someone else made this “${now[name]}”. Save again to keep yours.` });
  }
  return both;
}
