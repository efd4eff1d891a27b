// The redirect URI of the client in the browser. It hands the address that it
// was called with to the client, and reads nothing of it: what an answer is
// worth is for app/client to say.
//
// In the frame: to the parent, if that is a page of our own origin. In a tab:
// by the tab's store, and back to the page that began (app/browser/navigate.go), or
// where none did, to the chapter that this browser showed last.
"use strict";

(() => {
  const url = location.href;

  if (window.parent !== window) {
    // Exactly our own origin, or whoever frames this page reads the code
    // (RFC 9700 §4.17).
    window.parent.postMessage({ oauthlab: "callback", url }, location.origin);
    return;
  }

  let back = "/";
  try {
    back = sessionStorage.getItem("oauthlab.return") || localStorage.getItem("oauthlab.return") || "/";
    sessionStorage.setItem("oauthlab.callback", url);
  } catch {
    // The browser denies the store: there is no login to finish, only a way back.
  }
  // One slash and then a name: "//host" and "/\host" are other sites.
  location.replace(/^\/(?![/\\])/.test(back) && new URL(back, location.origin).origin === location.origin ? back : "/");
})();
