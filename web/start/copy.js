// Copies what a button names, [data-copy=ID]: the text of that element, or of that field. The
// place beside the button says what came of it, until something else is pressed. A page that
// may not copy selects the text, for the learner to do it.
"use strict";

(() => {
  const refused = "The browser does not let this page copy. The text is selected: press Ctrl+C or ⌘C.";

  function select(source) {
    if (source.select) {
      source.focus();
      source.select();
    } else {
      getSelection().selectAllChildren(source);
    }
  }

  addEventListener("click", async e => {
    const button = e.target.closest?.("[data-copy]");
    const source = button && document.getElementById(button.dataset.copy);
    if (!source) return;
    const place = button.parentElement.querySelector("[role=status]");
    const tell = text => { if (place) place.textContent = text; };
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      tell("Copied.");
    } catch {
      select(source);
      tell(refused);
    }
    for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => tell(""), {once: true, capture: true});
  });
})();
