// A list that can be worked with the keyboard. Markup: an element [data-list] with rows [data-row], in each a checkbox
// and a link [data-open-row], and where the row can be taken a button [data-take]; links with data-key="[" or "]" turn
// pages; [data-search] is the search field.

const list = () => document.querySelector("[data-list]");
const rows = () => [...(list()?.querySelectorAll("[data-row]") ?? [])];
let current = -1;
let kept = -1; // the row to come back to after its act has drawn the list anew

function mark(index) {
  const all = rows();
  if (!all.length) return;
  current = Math.max(0, Math.min(index, all.length - 1));
  all.forEach((row, i) => row.classList.toggle("ax-current", i === current));
  const row = all[current];
  row.querySelector("[data-open-row]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function tell() {
  const root = list();
  if (!root) return;
  const boxes = [...root.querySelectorAll("[data-row] input[type=checkbox]")];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.closest("[data-row]").classList.toggle("ax-chosen", box.checked);
  const all = root.querySelector("[data-select-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const [name, shown] of [["selected", chosen > 0], ["export-selected", chosen > 0], ["export-all", chosen === 0]]) {
    const part = root.querySelector(`[data-${name}]`);
    if (part) part.hidden = !shown;
  }
  const count = root.querySelector("[data-selected-count]");
  if (count) count.textContent = String(chosen);
}

function selectAll(checked) {
  for (const box of list().querySelectorAll("[data-row] input[type=checkbox]")) box.checked = checked;
  tell();
}

const keys = {
  j: () => mark(current + 1),
  k: () => mark(current - 1),
  x: () => {
    const box = rows()[current]?.querySelector("input[type=checkbox]");
    if (box) {
      box.checked = !box.checked;
      tell();
    }
  },
  c: () => {
    const button = rows()[current]?.querySelector("[data-take]");
    if (button) {
      kept = current;
      button.click();
    }
  },
  Enter: () => rows()[current]?.querySelector("[data-open-row]")?.click(),
  "/": () => {
    const field = document.querySelector("[data-search]");
    field?.focus();
    field?.select();
  },
  "?": () => document.getElementById("keys")?.showModal(),
  "[": () => list().querySelector('[data-key="["]')?.click(),
  "]": () => list().querySelector('[data-key="]"]')?.click(),
};

document.addEventListener("keydown", (event) => {
  if (!list() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const writing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]");
  if (writing) {
    if (event.key === "Escape" && event.target.matches("[data-search]")) event.target.blur();
    return;
  }
  if (event.key === "Enter" && (current < 0 || event.target.closest("a, button, summary"))) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]")) selectAll(event.target.checked);
  else if (event.target.closest("[data-row]")) tell();
});

document.addEventListener("click", (event) => {
  // A file holds the list as it is shown now, also after it was narrowed without a reload.
  const download = event.target.closest("a[data-download]");
  if (download) {
    const asked = new URLSearchParams(window.location.search);
    asked.delete("page");
    asked.set("form", download.dataset.download);
    download.href = `?${asked}`;
  }
  if (event.target.closest("[data-select-none]")) selectAll(false);
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.matches?.("[data-list]") && !event.target.querySelector?.("[data-list]")) return;
  current = -1;
  if (kept >= 0) mark(kept);
  kept = -1;
  tell();
  // What is saved under a name is the filter that is shown now.
  const query = list()?.querySelector("[data-query]")?.value ?? "";
  for (const field of document.querySelectorAll("[data-query-form] [name=query]")) field.value = query;
});

document.addEventListener("DOMContentLoaded", () => {
  for (const part of document.querySelectorAll(".ax-only-script")) part.hidden = false;
  if (window.matchMedia("(max-width: 639px)").matches) {
    for (const part of document.querySelectorAll("[data-narrow-closed]")) part.open = false;
  }
  tell();
});
