// Keeps the place of who goes by the keyboard. When what had the focus goes away or out
// of sight, a browser begins again at the top of the page: here the focus goes to what
// comes next instead, unless the program has moved it by then.
"use strict";

(() => {
  const control = "a[href], button, input, textarea, summary, [tabindex='0']";
  const isShown = element => element.isConnected && element.getClientRects().length > 0;
  const isLost = () => document.activeElement === document.body && !isShown(trail[0].place);

  let trail = []; // what had the focus last, and what it stands in; each with what stood before it
  let byKeys = false; // it was reached by the keyboard
  function follow(element) {
    trail = [];
    byKeys = element.matches(":focus-visible");
    for (let place = element; place; place = place.parentElement) trail.push({place, before: place.previousElementSibling});
  }
  addEventListener("focusin", e => follow(e.target));
  addEventListener("blur", () => { // a frame takes it without a word
    if (document.activeElement instanceof HTMLIFrameElement) follow(document.activeElement);
  });

  // The first control after it in the nearest place that is left, or the last one there.
  function next() {
    let from = null;
    for (const {place, before} of trail) {
      if (!place.isConnected) {
        from = before;
        continue;
      }
      const all = [...place.querySelectorAll(control)].filter(e => e.tabIndex >= 0 && !e.disabled && isShown(e));
      const after = from?.isConnected ? all.find(e => from.compareDocumentPosition(e) === Node.DOCUMENT_POSITION_FOLLOWING) : all[0];
      if (all.length > 0) return after ?? all.at(-1);
      from = place;
    }
    return null;
  }

  const frames = 6; // the program has them, after the latest change, to move the focus itself
  let left = 0;
  function settle() {
    if (--left > 0) return void requestAnimationFrame(settle);
    if (isLost()) next()?.focus({preventScroll: !byKeys});
  }
  new MutationObserver(() => {
    if (trail.length === 0) return;
    if (left <= 0) requestAnimationFrame(settle);
    left = frames;
  }).observe(document.documentElement, {subtree: true, childList: true, attributeFilter: ["class", "hidden", "open"]});
})();
