// Builds elements; text is always set as text, so nothing a user typed can become markup.

export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A labelled form control, with a place for what is wrong with it. */
export function field(label, control, hint = "") {
  const id = control.getAttribute("name");
  control.id = id;
  control.setAttribute("aria-describedby", `${id}-error`);
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    control,
    hint ? h("p", { class: "hint" }, hint) : null,
    h("p", { class: "field-error", id: `${id}-error` }),
  );
}

export function select(name, choices, chosen) {
  return h("select", { name }, ...choices.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
}

/** Show each detail of an error next to the control it is about, and move there. */
export function showFieldErrors(form, details) {
  clearFieldErrors(form);
  const known = details.filter((detail) => form.elements[detail.field]);
  for (const { field: name, message } of known) {
    form.elements[name].setAttribute("aria-invalid", "true");
    form.querySelector(`#${name}-error`).textContent = message;
  }
  if (known.length) form.elements[known[0].field].focus();
}

export function clearFieldErrors(form) {
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const place of form.querySelectorAll(".field-error")) place.textContent = "";
}

/** Run a form's work once at a time. */
export function onSubmit(form, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    clearFieldErrors(form);
    try {
      await work(Object.fromEntries(new FormData(form)));
    } finally {
      form.setAttribute("aria-busy", "false");
    }
  });
}
