// openid-client, as its README has it: discovery, PKCE, state, nonce, the code grant, UserInfo and
// a refresh. The browser is played by fetch, without a person: the lab signs Alice in by itself.
import * as oidc from "openid-client";
import { run } from "./bench.mjs";

// answer follows the redirects of the authorization request up to the client.
async function answer(url, redirect) {
  while (!url.href.startsWith(redirect)) {
    const at = await fetch(url, { redirect: "manual", headers: { "Sec-Fetch-Mode": "navigate" } });
    url = new URL(at.headers.get("location"), url);
  }
  return url;
}

await run({
  library: "openid-client",
  does: "discovery, buildAuthorizationUrl, authorizationCodeGrant with expectedState and expectedNonce, fetchUserInfo, refreshTokenGrant; allowInsecureRequests, since the lab is plain http",
  redirect: "http://localhost:3000/callback",
  async login({ issuer, clientID, redirect }) {
    const config = await oidc.discovery(new URL(issuer), clientID, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const expectedState = oidc.randomState(), expectedNonce = oidc.randomNonce();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect, scope: "openid profile email offline_access", state: expectedState, nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
    });
    const tokens = await oidc.authorizationCodeGrant(config, await answer(url, redirect), { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
    await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    await oidc.refreshTokenGrant(config, tokens.refresh_token);
  },
});
