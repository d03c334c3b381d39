// Small pieces that more than one view shows.

import { h } from "./dom.js";

/** An amount, from the decimal string that the API sends; a number would lose the cents of large ones. */
export function money(deal) {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency: deal.currency }).format(deal.value);
}

export function day(timestamp) {
  return timestamp ? new Date(timestamp).toLocaleDateString("en-GB", { dateStyle: "medium", timeZone: "UTC" }) : "–";
}

export function tagChip(tag, ...more) {
  const dot = h("span", { class: "dot", "aria-hidden": "true" });
  dot.style.setProperty("background-color", tag.colour);
  return h("li", { class: "chip", "data-testid": "tag" }, dot, h("span", { dir: "auto" }, tag.label), ...more);
}

export function stageBadge(stages, id) {
  const stage = stages.find((one) => one.id === id);
  return h("span", { class: `badge stage-${id}` }, stage?.name ?? id);
}

export const ownerName = (deal) => deal.owner.name ?? "Unknown";
