// Asks for the program for the browser while the page is still being read, and compiles
// it as it comes. go-app's loader (app.js) would ask once everything else is there, and
// pass what comes through a stream of its own, for its progress: of such a stream no
// browser keeps what it compiled for the next visit.
//
// The loader stays who it is. It asks for the program and gets a copy of the answer, by
// which it counts; it has the program made, and gets the one that is compiled already; and
// what fails is its to say.
"use strict";

(() => {
  const address = document.currentScript.dataset.program;
  // As goappCanLoadWebAssembly does, which comes later.
  const isRead = /bot|googlebot|crawler|spider|robot|crawling/i.test(navigator.userAgent) ||
    new URLSearchParams(location.search).get("wasm") === "false";
  if (isRead || typeof WebAssembly !== "object" || !WebAssembly.compileStreaming) return;

  const {fetch} = window;
  const answer = fetch(address).then(response => {
    if (!response.ok) throw new Error(`the program was answered ${response.status}`);
    return response;
  });
  const copy = answer.then(response => response.clone()); // before the original is read
  const program = WebAssembly.compileStreaming(answer);
  let failed = false;
  copy.catch(() => {}); // program fails too
  program.catch(() => { failed = true; });

  window.fetch = (...request) => {
    if (request[0] !== address) return fetch(...request);
    window.fetch = fetch;
    return copy.then(({body, headers}) => ({headers, body: {getReader: () => lengths(body.getReader())}}));
  };
  // Of what the loader reads it needs the lengths; and when the program has failed it is
  // to say so, and not how far it has come.
  const lengths = reader => ({
    async read() {
      const {done, value} = await reader.read();
      return failed ? new Promise(() => {}) : {done, value: {byteLength: value?.byteLength}};
    },
  });

  const {instantiateStreaming} = WebAssembly;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    WebAssembly.instantiateStreaming = instantiateStreaming;
    await source;
    const module = await program;
    return {module, instance: await WebAssembly.instantiate(module, imports)};
  };
})();
