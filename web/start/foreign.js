// What other programs do to the page. Translators put elements in the place of text,
// extensions add elements of their own. The program for the browser keeps the nodes that
// it made, and takes them from where it put them: where they are gone, the browser
// throws, and the program ends.
"use strict";

(() => {
  const {removeChild, replaceChild} = Node.prototype;
  const nodeValue = Object.getOwnPropertyDescriptor(Node.prototype, "nodeValue");
  const own = new WeakSet();     // nodes that the program took away itself
  const instead = new WeakMap(); // what another program put in the place of a text

  new MutationObserver(records => {
    for (const {removedNodes, addedNodes, previousSibling, nextSibling} of records) {
      for (const node of removedNodes) {
        if (!(node instanceof Text) || own.has(node) || node.isConnected) continue;
        const place = [...addedNodes, previousSibling, nextSibling].find(e => e instanceof HTMLElement);
        if (place) instead.set(node, place);
      }
    }
  }).observe(document.documentElement, {subtree: true, childList: true});

  // The child of parent in which a node is now, or what stands in its place; null for none.
  function holder(parent, node) {
    for (let at = node.isConnected ? node : instead.get(node); at; at = at.parentNode) {
      if (at.parentNode === parent) return at;
    }
    return null;
  }

  Node.prototype.removeChild = function (child) {
    own.add(child);
    const at = child.parentNode === this ? child : holder(this, child);
    if (at) removeChild.call(this, at);
    return child;
  };
  Node.prototype.replaceChild = function (child, old) {
    own.add(old);
    const at = old.parentNode === this ? old : holder(this, old);
    if (at) replaceChild.call(this, child, at);
    else this.appendChild(child);
    return old;
  };
  // A text that changes comes back into its place, to be translated anew.
  Object.defineProperty(Node.prototype, "nodeValue", {
    ...nodeValue,
    set(value) {
      nodeValue.set.call(this, value);
      const place = this.isConnected ? null : instead.get(this);
      if (place?.isConnected) place.replaceWith(this);
    },
  });

  // A program that ended looks alive: the page says that it is not.
  function sayEnded() {
    if (document.querySelector(".ended")) return;
    const reload = Object.assign(document.createElement("button"), {type: "button", className: "button button-primary", textContent: "Reload the page"});
    reload.addEventListener("click", () => location.reload());
    const words = Object.assign(document.createElement("p"), {
      className: "ended-text",
      textContent: "The program of this page has ended, so nothing here answers any more. Your lab is kept. An extension of the browser, or a translator, may have changed what the program had drawn.",
    });
    const bar = Object.assign(document.createElement("div"), {className: "ended"});
    bar.setAttribute("role", "alert");
    bar.append(words, reload);
    for (const element of document.body.children) element.inert = true;
    document.body.append(bar);
    reload.focus();
  }

  const run = Go.prototype.run;
  Go.prototype.run = async function (instance) {
    // The program takes the first element of the body for its own.
    const root = document.getElementById("content")?.closest("body > *");
    if (root && root !== document.body.firstElementChild) document.body.prepend(root);
    // What run returns may never come: it hangs where the last call into the program threw.
    const exit = this.exit;
    this.exit = code => {
      exit.call(this, code);
      sayEnded();
    };
    await run.call(this, instance);
  };
  addEventListener("error", e => {
    if (e.error instanceof WebAssembly.RuntimeError) sayEnded();
  });
})();
