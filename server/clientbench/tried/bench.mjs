// What every script here does alike: it makes a lab, registers a client, points a library at one
// issuer after another, says what became of each login, and writes what the lab's report says of
// it into a file. Usage of each script, with a lab running and its library installed by npm:
//
//	node SCRIPT [http://localhost:8080]
import { readFile, writeFile } from "node:fs/promises";

const lab = process.argv[2] ?? "http://localhost:8080";

async function call(method, path, key, body) {
  const answer = await fetch(lab + path, {
    method,
    headers: { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

// version is the version of a package that is installed.
export async function version(name) {
  return JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8")).version;
}

// reason is an error and its causes, in a line.
export function reason(error) {
  const words = [];
  for (let e = error; e; e = e.cause instanceof Error ? e.cause : undefined) words.push(e.code ?? e.name, e.message);
  return [...new Set(words)].join(": ").replaceAll(/\s+/g, " ");
}

// run points a library at each issuer. login signs a user in there, with the client's id and
// redirect URI; what it throws is the library's refusal.
export async function run({ library, does, redirect, login }) {
  const made = await call("POST", "/api/labs", "", { chapter: "v08" });
  const at = `/api/labs/${made.id}`;
  await call("PATCH", at, made.key, { settings: { "sign-in": "automatic" } });
  const client = await call("POST", `${at}/clients`, made.key, { name: library, redirect_uris: [redirect] });
  for (const fault of await call("GET", "/api/faults")) {
    let said = { outcome: "accepted" };
    for (let n = 0; n < (fault.logins ?? 1); n++) {
      try {
        await login({ issuer: `${made.issuer}/fault/${fault.name}`, clientID: client.client_id, redirect });
      } catch (error) {
        said = { outcome: "refused", says: reason(error) };
      }
    }
    const row = await call("POST", `${at}/clients/${client.client_id}/bench/${fault.name}`, made.key, said);
    console.log(`${fault.name}: ${row.finding}. ${row.how} ${row.says ?? ""}`);
  }
  const report = await call("GET", `${at}/clients/${client.client_id}/bench`, made.key);
  const rid = text => text?.replaceAll(made.issuer, "ISSUER").replaceAll(client.client_id, "CLIENT");
  const facts = {
    library, version: await version(library), does, chapter: report.chapter,
    faults: report.faults.map(({ fault, outcome, steps, says }) => ({ fault, outcome, last: steps?.at(-1) ?? "", ...(says && { says: rid(says) }) })),
  };
  await writeFile(new URL(`${library}.json`, import.meta.url), JSON.stringify(facts, null, "  ") + "\n");
}
