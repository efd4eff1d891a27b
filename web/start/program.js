// Asks for the program for the browser while the page is still being read, and compiles
// it as it comes. go-app's loader (app.js) would ask once everything else is there, and
// pass what comes through a stream of its own, to show its progress: browsers keep
// compiled code for the next visit only of an answer that came from the server as it is.
//
// The loader still shows progress and failure. When it asks for the program it gets a
// copy of the answer, by which it counts; when it has the program instantiated, it gets
// the one that is compiled here.
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

  window.fetch = function early(...request) {
    if (request[0] !== address) return fetch(...request);
    if (window.fetch === early) window.fetch = fetch; // another script may have wrapped it
    return copy.then(({body, headers}) => ({headers, body: {getReader: () => lengths(body.getReader())}}));
  };
  // The loader keeps what it reads, and needs the lengths alone. Once the program has
  // failed it reads no further: its progress would stand in the place of the error.
  const lengths = reader => ({
    async read() {
      const {done, value} = await reader.read();
      return failed ? new Promise(() => {}) : {done, value: {byteLength: value?.byteLength}};
    },
  });

  // It starts when all scripts of the page have run: one of them may still be on its way.
  const ready = new Promise(done => addEventListener("DOMContentLoaded", done, {once: true}));
  const {instantiateStreaming} = WebAssembly;
  WebAssembly.instantiateStreaming = async function early(source, imports) {
    if (WebAssembly.instantiateStreaming === early) WebAssembly.instantiateStreaming = instantiateStreaming;
    await source;
    const [module] = await Promise.all([program, ready]);
    return {module, instance: await WebAssembly.instantiate(module, imports)};
  };
})();
