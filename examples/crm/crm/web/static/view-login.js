// The log-in.

import * as api from "./api.js";
import { field, h, onSubmit, showFieldErrors } from "./dom.js";
import { showError } from "./messages.js";

export function loginView(onDone) {
  const email = h("input", { name: "email", type: "email", autocomplete: "username", required: true, "data-focus": true });
  const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
  const form = h(
    "form",
    { class: "card narrow", "aria-labelledby": "heading" },
    h("h1", { id: "heading", tabindex: "-1" }, "Log in"),
    field("Email", email),
    field("Password", password),
    h("button", { type: "submit" }, "Log in"),
  );
  onSubmit(form, async (values) => {
    try {
      await api.logIn(values.email, values.password);
      await onDone();
    } catch (error) {
      showError(error);
      showFieldErrors(form, error.details);
    }
  });
  return form;
}
