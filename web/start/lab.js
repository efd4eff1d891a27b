// Opens the lab while the program is fetched and compiled: it sends the one request with
// which the program will begin (app/lab, Open), and keeps the answer for it. It decides
// nothing. The program compares the requests to the letter (app/browser/ahead.go); one
// that differs, or had no good answer, it sends as if nothing had been begun.
// Which lab is this browser's stands in its storage. A link may bring another one,
// #lab=ID.KEY: the key is taken out of the address at once, before anything reads it, and the
// browser's own lab is put aside until #lab=own asks for it.
"use strict";

(() => {
  const kept = "oauthlab.lab", aside = kept + ".own";
  function takeLink() {
    const [, id, key] = /^#lab=(?:own|([\da-f-]{36})\.([\w-]{22,128}))$/.exec(location.hash) ?? [];
    if (!location.hash.startsWith("#lab=")) return false;
    history.replaceState(history.state, "", location.pathname + location.search);
    try {
      const own = localStorage.getItem(aside), here = localStorage.getItem(kept);
      const there = id ? JSON.stringify({id, key}) : own;
      if (!there || there === here) return !id; // another page brought the own one back
      if (there === own) localStorage.removeItem(aside);
      else if (here && !own) localStorage.setItem(aside, here);
      localStorage.setItem(kept, there);
      return true;
    } catch {
      return false; // the browser keeps nothing, and this neither
    }
  }
  takeLink();
  addEventListener("hashchange", () => { if (takeLink()) location.reload(); });

  const parsed = text => {
    try { return JSON.parse(text) ?? {}; } catch { return {}; }
  };
  const {chapter} = parsed(document.getElementById("content")?.textContent);
  if (!chapter?.id || typeof WebAssembly !== "object" || !goappCanLoadWebAssembly()) return; // nobody will ask for a lab

  const {id, key} = parsed(localStorage.getItem(kept));
  const labs = location.origin + "/api/labs", headers = [["Accept", "application/json"]];
  let method = "POST", url = labs, body;
  if (id && key) {
    [method, url] = ["GET", `${labs}/${id}`];
    headers.push(["Authorization", "Bearer " + key]);
  } else {
    headers.push(["Content-Type", "application/json"]);
    body = JSON.stringify({chapter: chapter.id});
  }
  window.oauthlabAhead = {
    request: [`${method} ${url}`, ...headers.map(field => field.join(": ")), "", body].join("\n"),
    answer: fetch(url, {method, headers, body, credentials: "omit", redirect: "error"})
      .then(response => response.ok ? response : null, () => null),
  };
})();
