// The list of deals.

import * as api from "./api.js";
import { h, select } from "./dom.js";
import { money, ownerName, stageBadge, tagChip } from "./parts.js";

const LIMIT = 20;

export async function dealsView(query) {
  const stage = query.get("stage") ?? "";
  const offset = Math.max(0, Number.parseInt(query.get("offset") ?? "0", 10) || 0);
  const [stages, page] = await Promise.all([
    api.stages(),
    api.deals({ limit: LIMIT, offset, ...(stage ? { stage } : {}) }),
  ]);
  const degraded = JSON.stringify(page.items.flatMap((deal) => deal.degraded));
  return h(
    "section",
    { "aria-labelledby": "heading", "data-degraded": degraded },
    h("div", { class: "head" }, h("h1", { id: "heading", tabindex: "-1" }, "Deals"), filter(stages, stage)),
    page.items.length ? table(page.items, stages) : h("p", { class: "card empty" }, "There are no deals here."),
    pager(page.metadata, stage),
  );
}

function filter(stages, chosen) {
  const control = select("stage", [["", "All stages"], ...stages.map((stage) => [stage.id, stage.name])], chosen);
  control.id = "stage";
  control.addEventListener("change", () => go(control.value, 0));
  return h("div", { class: "filter" }, h("label", { for: "stage" }, "Stage"), control);
}

function table(deals, stages) {
  const columns = ["Deal", "Company", "Value", "Stage", "Owner", "Tags"];
  // On narrow screens the rows become cards; the roles keep them a table for those who do not see it.
  return h(
    "table",
    { class: "card", role: "table", "data-testid": "deals" },
    h("caption", { class: "hidden" }, "Deals"),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...columns.map((name) => h("th", { role: "columnheader", scope: "col" }, name)))),
    h("tbody", { role: "rowgroup" }, ...deals.map((deal) => row(deal, stages))),
  );
}

function row(deal, stages) {
  const tags = deal.tags === null ? "unavailable" : h("ul", { class: "chips" }, ...deal.tags.map((tag) => tagChip(tag)));
  return h(
    "tr",
    { role: "row", "data-testid": "deal", "data-id": deal.id },
    h("th", { role: "rowheader", scope: "row" }, h("a", { href: `#/deals/${deal.id}`, dir: "auto" }, deal.title)),
    h("td", { role: "cell", "data-label": "Company", dir: "auto" }, deal.contact.company?.name ?? deal.contact.name),
    h("td", { role: "cell", "data-label": "Value", class: "number" }, money(deal)),
    h("td", { role: "cell", "data-label": "Stage" }, stageBadge(stages, deal.stage_id)),
    h("td", { role: "cell", "data-label": "Owner", dir: "auto" }, ownerName(deal)),
    h("td", { role: "cell", "data-label": "Tags" }, tags),
  );
}

function pager({ total, offset }, stage) {
  const first = total === 0 ? 0 : Math.min(offset + 1, total);
  const last = Math.min(offset + LIMIT, total);
  const step = (text, to, disabled) =>
    h("button", { type: "button", id: text.toLowerCase(), class: "quiet", disabled, onclick: () => go(stage, to) }, text);
  return h(
    "nav",
    { class: "pager", "aria-label": "Pages" },
    step("Previous", Math.max(0, offset - LIMIT), offset === 0),
    h("p", { "data-testid": "range" }, `${first}–${last} of ${total}`),
    step("Next", offset + LIMIT, offset + LIMIT >= total),
  );
}

function go(stage, offset) {
  const query = new URLSearchParams({ ...(stage ? { stage } : {}), ...(offset ? { offset } : {}) }).toString();
  location.hash = query ? `#/deals?${query}` : "#/deals";
}
