// On a telephone a table marked data-cards is read as cards: each cell carries the heading of its column. Without
// scripts it scrolls sideways.

function fold(root) {
  for (const table of root.querySelectorAll("table[data-cards]:not(.ax-table-cards)")) {
    const names = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    if (!names.length) continue;
    for (const row of table.querySelectorAll("tbody tr")) {
      let column = 0;
      for (const cell of row.cells) {
        if (column && names[column]) cell.dataset.name = names[column];
        column += cell.colSpan;
      }
    }
    table.classList.add("ax-table-cards");
  }
}

document.addEventListener("DOMContentLoaded", () => fold(document));
document.addEventListener("htmx:afterSettle", () => fold(document));
