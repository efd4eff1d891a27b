// The service worker, by which go-app learns of a new version ({{.Version}}). It
// keeps nothing and answers nothing: what never changes is kept by the browser itself
// (server/asset), and a page of a new version must not meet a program of the old one.
"use strict";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", event => {
  // Before it is activated a worker takes no page over: go-app would mistake the
  // first one for an update.
  self.registration.active.addEventListener("statechange", () => self.clients.claim());
  // Older versions kept whole programs.
  event.waitUntil(caches.keys().then(names => Promise.all(
    names.filter(name => name.startsWith("app-")).map(name => caches.delete(name)))));
});
