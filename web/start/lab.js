// Opens the lab while the program is fetched and compiled: it sends the one request with
// which the program will begin (app/lab, Open), and keeps the answer for it. It decides
// nothing. The program compares the requests to the letter (app/browser/ahead.go); one
// that differs, or had no good answer, it sends as if nothing had been begun.
"use strict";

(() => {
  const parsed = text => {
    try { return JSON.parse(text) ?? {}; } catch { return {}; }
  };
  const {chapter} = parsed(document.getElementById("content")?.textContent);
  if (!chapter?.id || typeof WebAssembly !== "object" || !goappCanLoadWebAssembly()) return; // nobody will ask for a lab

  const {id, key} = parsed(localStorage.getItem("oauthlab.lab"));
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
