// What every page loads: htmx, pop-up panels that close, keys.

import htmx from "htmx.org";

import "./cards.js";
import "./list.js";
import "./told.js";

window.htmx = htmx;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0; // pages hold masked personal data: nothing of them is kept in the browser's storage
htmx.config.allowEval = false;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  for (const panel of document.querySelectorAll("details.ax-pop[open]")) {
    if (!panel.contains(event.target)) panel.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const panel of document.querySelectorAll("details.ax-pop[open]")) {
    panel.open = false;
    panel.querySelector("summary").focus();
  }
});
