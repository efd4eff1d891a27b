// Replays a recording message by message, by button and by key. Without it the page shows
// the whole diagram, each message with its sentence. The page has no origin of its own: this
// keeps nothing, and asks nobody for anything.
"use strict";

(() => {
  const bar = document.querySelector(".embed-replay");
  const rows = [...document.querySelectorAll(".row")];
  const steps = rows.filter(r => r.dataset.reading);
  if (!bar || steps.length === 0) return;

  const [count, said] = [".replay-count", ".replay-text"].map(s => bar.querySelector(s));
  const button = Object.fromEntries([...bar.querySelectorAll("button")].map(b => [b.dataset.does, b]));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const last = steps.length - 1;
  let at = last, timer = 0, begun = false; // at first the whole is shown, and no step

  // show draws what had happened by step n, and says its sentence.
  function show(n) {
    at = Math.max(0, Math.min(last, n));
    begun = true;
    const until = at === last ? rows.length : rows.indexOf(steps[at + 1]);
    rows.forEach((r, i) => {
      r.classList.toggle("is-coming", i >= until);
      r.classList.toggle("is-selected", r === steps[at]);
    });
    for (const band of document.querySelectorAll(".band")) {
      band.classList.toggle("is-coming", !band.querySelector(".row:not(.is-coming)"));
    }
    count.textContent = `Message ${at + 1} of ${steps.length}`;
    said.textContent = steps[at].querySelector(".row-says").textContent;
    for (const [does, ends] of [["start", at === 0], ["back", at === 0], ["on", at === last], ["end", at === last]]) {
      button[does].setAttribute("aria-disabled", String(ends));
    }
  }

  // follow scrolls until the row is between the names of the lanes and the bar.
  function follow() {
    const row = steps[at].getBoundingClientRect();
    const top = document.querySelector(".lanes").offsetHeight, bottom = bar.getBoundingClientRect().top;
    let by = 0;
    if (row.bottom > bottom - 8) by = row.bottom - bottom + 8;
    if (row.top - by < top) by = row.top - top;
    if (by !== 0) scrollBy({top: by, behavior: still.matches ? "instant" : "smooth"});
  }

  function play(on) {
    clearTimeout(timer);
    timer = 0;
    if (on) {
      document.body.classList.add("is-moved");
      if (at === last) show(0);
      timer = setTimeout(next, steps[at].dataset.reading);
    }
    button.play.textContent = on ? "❚❚" : "▶";
    button.play.setAttribute("aria-label", on ? "Pause" : "Play");
    follow();
  }

  function next() {
    show(at + 1);
    if (at === last) return play(false);
    timer = setTimeout(next, steps[at].dataset.reading);
    follow();
  }

  function go(n) {
    document.body.classList.add("is-moved");
    play(false);
    show(n);
    follow();
  }

  const does = {
    start: () => go(0), back: () => go(at - 1), on: () => go(begun ? at + 1 : 0), end: () => go(last),
    play: () => play(timer === 0),
  };
  const keys = {Home: "start", ArrowLeft: "back", ArrowRight: "on", End: "end", " ": "play"};

  for (const [name, b] of Object.entries(button)) {
    b.addEventListener("click", () => {
      if (b.getAttribute("aria-disabled") !== "true") does[name]();
    });
  }
  document.addEventListener("keydown", e => {
    const name = keys[e.key];
    // What has the focus may want the key itself: a control the space, a text the arrows.
    const wanted = e.key === " " ? e.target.closest("a, button, summary") : e.target.closest(".embed-code");
    if (!name || wanted || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    does[name]();
  });
  // Nobody reads on behind another tab.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && timer !== 0) play(false);
  });

  document.body.classList.add("is-live");
  bar.hidden = false;
})();
