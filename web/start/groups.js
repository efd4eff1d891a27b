// Makes a group of controls one stop of the Tab key, which arrows, Home and End move in. A
// group of lines, [data-stop], goes up and down from line to line, and aside within a line; a
// switch stands for its line, else the first button does. Any other, of choices or of tabs,
// is a ring of which any arrow is a step. What a group of lines holds is part of it.
"use strict";

(() => {
  const lined = "[data-stop]", ring = "[role=radiogroup], [role=tablist]", line = "li, [data-line]";
  const control = "a[href], button, input, summary", chosen = "[aria-checked=true]:not([role=switch]), [aria-selected=true]";
  const stops = new WeakMap(); // what the Tab key comes to, by group of lines

  const groupOf = element => element.closest?.(lined) ?? element.closest?.(ring);
  const shown = within => [...within.querySelectorAll(control)].filter(e => e.getClientRects().length > 0);
  const lineOf = (element, within) => {
    const own = element.closest(line);
    return own && within.contains(own) ? own : within;
  };
  // The controls of a group by line, in order.
  const linesOf = within => {
    if (!within.matches(lined)) return [shown(within)];
    const lines = new Map();
    for (const e of shown(within)) {
      const own = lineOf(e, within);
      if (!lines.has(own)) lines.set(own, []);
      lines.get(own).push(e);
    }
    return [...lines.values()];
  };
  const chiefOf = controls => controls.find(e => e.matches("[role=switch], " + chosen)) ??
    controls.find(e => e.matches("button")) ?? controls[0];

  function settle(within) {
    const lines = linesOf(within), all = lines.flat();
    if (all.length === 0) return;
    const active = document.activeElement, kept = stops.get(within);
    const stop = all.includes(active) ? active : all.includes(kept) ? kept : chiefOf(lines[0]);
    if (within.matches(lined)) stops.set(within, stop); // a ring stops at what is chosen
    for (const e of all) {
      const index = e === stop ? 0 : -1;
      if (e.getAttribute("tabindex") !== String(index)) e.tabIndex = index;
    }
  }
  const settleAll = () => new Set([...document.querySelectorAll(`${lined}, ${ring}`)].map(groupOf)).forEach(settle);

  let waits = false;
  const soon = () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; settleAll(); });
  };
  new MutationObserver(soon).observe(document.documentElement, {
    subtree: true, childList: true, attributeFilter: ["tabindex", "class", "hidden", "open", "aria-checked", "aria-selected"],
  });
  addEventListener("focusin", e => {
    const within = groupOf(e.target);
    if (within) settle(within);
  });
  addEventListener("focusout", soon);

  // Where a key leads from a control of the group; nothing where that is not ours to say.
  function next(key, from, within) {
    const lines = linesOf(within), at = lines.findIndex(l => l.includes(from));
    if (at < 0) return null;
    const own = lines[at], beside = own.indexOf(from);
    if (key === "Home") return within.matches(lined) ? chiefOf(lines[0]) : own[0];
    if (key === "End") return within.matches(lined) ? chiefOf(lines.at(-1)) : own.at(-1);
    const by = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
    if (!within.matches(lined)) return own[(beside + by + own.length) % own.length];
    if (key === "ArrowLeft" || key === "ArrowRight") return own[beside + by];
    return lines[at + by] && chiefOf(lines[at + by]);
  }
  addEventListener("keydown", e => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.shiftKey || !/^(Arrow|Home|End)/.test(e.key)) return;
    const within = groupOf(e.target);
    if (!within) return;
    e.preventDefault();
    e.stopPropagation();
    const to = next(e.key, e.target, within);
    if (!to) return;
    to.focus();
    if (to.matches("[data-follow], [role=tab]")) to.click(); // what is looked at shows at once
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
