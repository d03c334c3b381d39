// The form for a new deal.

import * as api from "./api.js";
import { field, h, onSubmit, select, showFieldErrors } from "./dom.js";
import { sayThen } from "./messages.js";

const CURRENCIES = ["EUR", "GBP", "SEK", "USD"];

export async function newDealView(fail) {
  const [contacts, stages] = await Promise.all([api.contacts(), api.stages()]);
  const people = contacts.map((contact) => [contact.id, [contact.name, contact.company?.name].filter(Boolean).join(", ")]);
  const form = h(
    "form",
    { class: "card narrow", "aria-labelledby": "heading" },
    h("h1", { id: "heading", tabindex: "-1" }, "New deal"),
    field("Title", h("input", { name: "title", required: true, maxlength: 200, autocomplete: "off", "data-focus": true })),
    h(
      "div",
      { class: "pair" },
      field("Value", h("input", { name: "value", required: true, inputmode: "decimal", autocomplete: "off" }), "For example 1299.00"),
      field("Currency", select("currency", CURRENCIES.map((name) => [name, name]), "EUR")),
    ),
    field("Contact", select("contact_id", people, people[0]?.[0])),
    field("Stage", select("stage_id", stages.map((stage) => [stage.id, stage.name]), "lead")),
    h("button", { type: "submit" }, "Create deal"),
  );
  let sent = null;
  onSubmit(form, async (values) => {
    const body = { ...values, value: values.value.trim() };
    // The same deal sent again after a lost answer keeps its key; a corrected one gets a new key.
    const text = JSON.stringify(body);
    if (sent?.text !== text) sent = { text, key: newKey() };
    try {
      const deal = await api.addDeal(body, sent.key);
      sayThen("Created.");
      location.hash = `#/deals/${deal.id}`;
    } catch (error) {
      fail(error);
      showFieldErrors(form, error.details ?? []);
    }
  });
  return form;
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
