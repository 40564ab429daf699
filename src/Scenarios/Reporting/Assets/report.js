"use strict";
(() => {
  // A link to an explanation opens it, in browsers that do not do so by themselves.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const closed = target && target.closest("details");
    if (!closed) return;
    const row = closed.closest("tr");
    if (row) row.hidden = false;
    closed.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  if (navigator.clipboard) {
    for (const button of document.querySelectorAll(".copy")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.previousElementSibling.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      });
    }
  }

  const filter = document.getElementById("filter");
  const table = document.getElementById("clause-table");
  if (!filter || !table) return;
  const rows = [...table.querySelectorAll("tr.clause")].map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const text = document.getElementById("filter-text");
  const count = document.getElementById("filter-count");
  const apply = () => {
    const chosen = (name) => new Set([...filter.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value));
    const outcomes = chosen("outcome");
    const levels = chosen("level");
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text: content } of rows) {
      row.hidden = !(outcomes.has(row.dataset.outcome) && levels.has(row.dataset.level) && words.every((word) => content.includes(word)));
      if (!row.hidden) shown++;
    }
    for (const body of table.tBodies) body.hidden = ![...body.querySelectorAll("tr.clause")].some((row) => !row.hidden);
    count.textContent = `${shown} of ${rows.length} clauses`;
  };
  filter.addEventListener("input", apply);
  filter.addEventListener("submit", (event) => event.preventDefault());
  filter.hidden = false;
  apply();
})();
