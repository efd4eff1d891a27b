// Makes a group of controls one stop of the Tab key: arrows go from line to line and
// within a line, Home and End to the first and the last one. A switch stands for its line,
// else the first button does.
"use strict";

(() => {
  const group = "[data-stop]", line = "li, [data-line]";
  const control = "a[href], button, input, summary";
  const stops = new WeakMap(); // what the Tab key comes to, by group

  const shown = (within, selector) => [...within.querySelectorAll(selector)].filter(e => e.getClientRects().length > 0);
  const lineOf = (element, within) => {
    const own = element.closest(line);
    return own && within.contains(own) ? own : within;
  };
  // The controls of a group by line, in order.
  const linesOf = within => {
    const lines = new Map();
    for (const e of shown(within, control)) {
      const own = lineOf(e, within);
      if (!lines.has(own)) lines.set(own, []);
      lines.get(own).push(e);
    }
    return [...lines.values()];
  };
  const chiefOf = controls => controls.find(e => e.matches("[role=switch], [role=radio][aria-checked=true]")) ??
    controls.find(e => e.matches("button")) ?? controls[0];

  function settle(within) {
    const lines = linesOf(within), all = lines.flat();
    if (all.length === 0) return;
    const active = document.activeElement, kept = stops.get(within);
    const stop = all.includes(active) ? active : all.includes(kept) ? kept : chiefOf(lines[0]);
    stops.set(within, stop);
    for (const e of all) {
      const index = e === stop ? 0 : -1;
      if (e.getAttribute("tabindex") !== String(index)) e.tabIndex = index;
    }
  }
  const settleAll = () => document.querySelectorAll(group).forEach(settle);

  let waits = false;
  const soon = () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; settleAll(); });
  };
  new MutationObserver(soon).observe(document.documentElement, {subtree: true, childList: true, attributeFilter: ["tabindex", "class", "hidden", "open"]});
  addEventListener("focusin", e => {
    const within = e.target.closest?.(group);
    if (within) settle(within);
  });

  // Where a key leads from a control of the group; nothing where that is not ours to say.
  function next(key, from, within) {
    const lines = linesOf(within), at = lines.findIndex(l => l.includes(from));
    if (at < 0) return null;
    const beside = lines[at].indexOf(from);
    switch (key) {
      case "ArrowDown": return lines[at + 1] && chiefOf(lines[at + 1]);
      case "ArrowUp": return lines[at - 1] && chiefOf(lines[at - 1]);
      case "ArrowRight": return lines[at][beside + 1];
      case "ArrowLeft": return lines[at][beside - 1];
      case "Home": return chiefOf(lines[0]);
      case "End": return chiefOf(lines.at(-1));
    }
    return null;
  }
  addEventListener("keydown", e => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.shiftKey || !/^(Arrow|Home|End)/.test(e.key)) return;
    const within = e.target.closest?.(group);
    if (!within) return;
    e.preventDefault();
    e.stopPropagation();
    const to = next(e.key, e.target, within);
    if (!to) return;
    to.focus();
    if (to.matches("[data-follow]")) to.click(); // what is looked at shows at once
  }, true);

  // A link that leads past what stands on every page.
  addEventListener("click", e => {
    const link = e.target.closest?.("a.skip");
    if (!link) return;
    e.preventDefault();
    e.stopPropagation();
    document.querySelector(link.getAttribute("href"))?.focus();
  }, true);

  soon();
})();
