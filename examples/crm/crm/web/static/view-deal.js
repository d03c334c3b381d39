// One deal: what is known about it, its stage, and its tags.

import * as api from "./api.js";
import { field, h, onSubmit, select, showFieldErrors } from "./dom.js";
import { showDegraded, showNotice } from "./messages.js";
import { day, money, ownerName, stageBadge, tagChip } from "./parts.js";

const COLOURS = [
  ["#5c5f62", "Grey"], ["#b3261e", "Red"], ["#8c4a00", "Orange"], ["#3a6a00", "Green"], ["#00629d", "Blue"], ["#6750a4", "Purple"],
];

export async function dealView(id, fail) {
  const [stages, deal] = await Promise.all([api.stages(), api.deal(id)]);
  const root = h("article", { "aria-labelledby": "heading" });
  draw(root, stages, deal, fail);
  return root;
}

function draw(root, stages, deal, fail) {
  root.dataset.degraded = JSON.stringify(deal.degraded);
  /** Do something to the deal, show it as it is afterwards, and put the focus where the user was. */
  const act = async (work, notice, focus) => {
    try {
      await work();
      const fresh = await api.deal(deal.id);
      draw(root, stages, fresh, fail);
      showDegraded(fresh.degraded);
      showNotice(notice);
      root.querySelector(focus)?.focus();
    } catch (error) {
      // Someone else was faster: show what they made of the deal, so that the next try is about that.
      if (error.code === "version_conflict") draw(root, stages, await api.deal(deal.id).catch(() => deal), fail);
      fail(error);
      const form = root.querySelector("form.add-tag");
      if (form) showFieldErrors(form, error.details);
    }
  };
  root.replaceChildren(
    h("p", { class: "back" }, h("a", { href: "#/deals" }, "All deals")),
    h(
      "div",
      { class: "head" },
      h("h1", { id: "heading", tabindex: "-1", dir: "auto" }, deal.title),
      h("p", { class: "worth", "data-testid": "value" }, money(deal)),
    ),
    h("div", { class: "columns" }, facts(deal), h("div", { class: "side" }, mover(stages, deal, act), tags(deal, act))),
  );
}

function facts(deal) {
  const { contact } = deal;
  const rows = [
    ["Owner", ownerName(deal)],
    ["Contact", contact.name],
    ["Email", h("a", { href: `mailto:${contact.email}` }, contact.email)],
    ["Phone", contact.phone ?? "–"],
    ["Company", contact.company?.name ?? "–"],
    ["Created", day(deal.created_at)],
    ["Closed", day(deal.closed_at)],
    ...Object.entries(deal.custom).map(([name, value]) => [name[0].toUpperCase() + name.slice(1), value]),
  ];
  return h(
    "section",
    { class: "card", "aria-labelledby": "facts" },
    h(
      "div",
      { class: "head" },
      h("h2", { id: "facts" }, "Details"),
      h("a", { class: "button quiet", href: `#/deals/${encodeURIComponent(deal.id)}/edit` }, "Edit", h("span", { class: "hidden" }, " title and value")),
    ),
    h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", { dir: "auto" }, value)])),
  );
}

function mover(stages, deal, act) {
  const control = select("stage_id", stages.map((stage) => [stage.id, stage.name]), deal.stage_id);
  const form = h("form", { class: "inline" }, field("Move to", control), h("button", { type: "submit" }, "Move"));
  onSubmit(form, ({ stage_id }) => {
    const name = stages.find((stage) => stage.id === stage_id).name;
    return act(() => api.changeDeal(deal.id, { stage_id, version: deal.version }), `Moved to ${name}.`, "#stage_id");
  });
  return h(
    "section",
    { class: "card", "aria-labelledby": "stage-title" },
    h("h2", { id: "stage-title" }, "Stage"),
    h("p", { "data-testid": "stage" }, stageBadge(stages, deal.stage_id)),
    form,
  );
}

function tags(deal, act) {
  const remove = (tag) =>
    h(
      "button",
      {
        type: "button",
        class: "remove",
        "aria-label": `Remove tag ${tag.label}`,
        onclick: () => act(() => api.removeTag(deal.id, tag.id), `Removed tag ${tag.label}.`, "#label"),
      },
      "×",
    );
  const list = deal.tags === null
    ? h("p", { class: "hint" }, "The tags cannot be shown just now.")
    : h("ul", { class: "chips", "aria-label": "Tags", "data-testid": "tags" }, ...deal.tags.map((tag) => tagChip(tag, remove(tag))));
  const form = h(
    "form",
    { class: "inline add-tag" },
    field("New tag", h("input", { name: "label", required: true, maxlength: 40, autocomplete: "off" })),
    field("Colour", select("colour", COLOURS, COLOURS[0][0])),
    h("button", { type: "submit" }, "Add tag"),
  );
  onSubmit(form, (tag) => act(() => api.addTag(deal.id, tag), `Added tag ${tag.label}.`, "#label"));
  return h("section", { class: "card", "aria-labelledby": "tags-title" }, h("h2", { id: "tags-title" }, "Tags"), list, form);
}
