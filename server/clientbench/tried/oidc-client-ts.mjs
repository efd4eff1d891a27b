// oidc-client-ts, as its documentation has it, in a page of its own in Chromium: UserManager with
// PKCE and a nonce, signinRedirect, signinRedirectCallback with UserInfo, and a refresh by
// signinSilent. Needs playwright-core and a Chromium, whose path CHROMIUM names.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { run } from "./bench.mjs";

const origin = "http://localhost:3000";
const script = await readFile("node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js", "utf8");
const server = createServer((request, response) => {
  const isScript = request.url === "/oidc.js";
  response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? script : "<!doctype html><title>App</title><script src=/oidc.js></script>");
}).listen(3000, "localhost");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "chromium", args: ["--no-sandbox"] });

await run({
  library: "oidc-client-ts",
  does: "UserManager with loadUserInfo; signinRedirect with a nonce, signinRedirectCallback, signinSilent with the refresh token",
  redirect: `${origin}/callback`,
  async login({ issuer, clientID, redirect }) {
    const page = await browser.newPage();
    try {
      const settings = { authority: issuer, client_id: clientID, redirect_uri: redirect, scope: "openid profile email offline_access", loadUserInfo: true };
      // An error of the page comes back as its name and its words.
      const inPage = async (what, argument) => {
        const failed = await page.evaluate(async ([settings, what, argument]) => {
          try {
            const manager = new oidc.UserManager({ ...settings, userStore: new oidc.WebStorageStateStore({ store: sessionStorage }) });
            if (what === "start") await manager.signinRedirect({ nonce: argument });
            if (what === "finish") await manager.signinRedirectCallback();
            if (what === "refresh") await manager.signinSilent();
          } catch (error) {
            return `${error.name}: ${error.message}`;
          }
        }, [settings, what, argument]).catch(error => {
          if (what !== "start") throw error; // the page has gone, as it was to
        });
        if (failed) throw Object.assign(new Error(failed), { name: what });
      };
      await page.goto(origin);
      const back = page.waitForURL(url => url.href.startsWith(redirect), { timeout: 10_000 });
      back.catch(() => {});
      await inPage("start", crypto.randomUUID());
      await back;
      await page.waitForFunction(() => "oidc" in window);
      await inPage("finish");
      await inPage("refresh");
    } finally {
      await page.close();
    }
  },
});
await browser.close();
server.close();
