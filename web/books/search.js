// Finds entries of a book by their words: what does not hold them all steps out of sight.
"use strict";

(() => {
  const form = document.querySelector(".book-search");
  if (!form) return;
  const field = form.querySelector("input"), said = form.querySelector("[role=status]");
  const entries = [...document.querySelectorAll(".entry")], parts = [...document.querySelectorAll(".book-part")];
  const textOf = new Map(entries.map(e => [e, e.textContent.toLowerCase().replace(/\s+/g, " ")]));

  function find() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const e of entries) {
      e.hidden = !words.every(w => textOf.get(e).includes(w));
      if (!e.hidden) found++;
    }
    for (const p of parts) p.hidden = !p.querySelector(".entry:not([hidden])");
    document.body.classList.toggle("is-searched", words.length > 0);
    said.textContent = words.length === 0 ? "" : found === 0 ? "Nothing has all of these words." : `${found} of ${entries.length}`;
  }
  form.hidden = false;
  form.addEventListener("submit", e => {
    e.preventDefault();
    document.querySelector(".entry:not([hidden]) a")?.focus();
  });
  field.addEventListener("input", find);
  // A link to an entry shows it, whatever is searched for.
  addEventListener("hashchange", () => {
    if (!document.getElementById(location.hash.slice(1))?.hidden) return;
    field.value = "";
    find();
    document.getElementById(location.hash.slice(1)).scrollIntoView();
  });
  find(); // what the browser kept in the field
})();
