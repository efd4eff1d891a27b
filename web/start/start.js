// What must stand before the program for the browser starts. It runs before
// everything else of the page.
"use strict";

// A link leads to another document, which the browser loads. go-app would answer the
// click on the window itself: it keeps what is mounted where both pages are of one type,
// and the address would be all that changes.
document.addEventListener("click", e => {
  if (e.target.closest?.("a[href]")) e.stopPropagation();
});

// Where the browser denies a storage, reading the property throws, and go-app
// reads it at its start: the program would end there. Memory stands in, and
// says so (app/browser/store.go).
for (const name of ["localStorage", "sessionStorage"]) {
  try {
    window[name].getItem("");
  } catch {
    const kept = new Map();
    Object.defineProperty(window, name, {
      value: Object.freeze({
        forgets: true,
        get length() { return kept.size; },
        key: index => [...kept.keys()][index] ?? null,
        getItem: key => kept.get(String(key)) ?? null,
        setItem: (key, value) => { kept.set(String(key), String(value)); },
        removeItem: key => { kept.delete(String(key)); },
        clear: () => { kept.clear(); },
      }),
    });
  }
}

// A tour has less on the page from the first moment on (loader.css).
if (new URLSearchParams(location.search).get("tour") === "1") document.documentElement.dataset.tour = "begins";

// Without WebAssembly there is no program: the page says so at once (base.css).
if (typeof WebAssembly !== "object") document.documentElement.dataset.wasm = "none";
