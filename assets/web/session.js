// Who is signed in, and how pages ask the server.

let person = null;

// Where this unit's paths begin: "/", or "/w/H24.12/" where one server has many
// units. Paths stand in the pages' code as if it were "/".
export const home = new URL("..", import.meta.url).pathname;

// A path of the code as the server knows it.
export function pathTo(path) {
  return home + path.slice(1);
}

// A path of this server, or "/": never an address elsewhere.
export function localPath(text) {
  if (!text || !/^\/(?![/\\])/.test(text)) {
    return home;
  }
  const url = new URL(text, location.origin);
  return url.origin === location.origin
    ? url.pathname + url.search + url.hash
    : home;
}

export function goToSignIn() {
  const here = location.pathname + location.search;
  location.replace(pathTo(`/dang-nhap?next=${encodeURIComponent(here)}`));
}

// {name, display, role, officer}, or null when nobody is signed in.
export async function whoIsThere() {
  const answer = await fetch(pathTo("/api/v1/sessions/me"), { cache: "no-store" });
  person = answer.ok ? await answer.json() : null;
  return person;
}

// As fetch(), with what a change needs to be let through. A session that has
// ended leads to where one signs in, and never returns. `more` may hold headers
// and a signal that ends the waiting.
export async function ask(method, path, body, more = {}) {
  const headers = { Accept: "application/json", ...more.headers };
  if (person) {
    headers["X-CSRF-Token"] = person.csrf;
  }
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  const answer = await fetch(pathTo(path), {
    method,
    headers,
    cache: "no-store",
    signal: more.signal,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.status === 401 && person) {
    goToSignIn();
    await new Promise(() => {});
  }
  return answer;
}

// Resolves to what the server said: {status, person, wait_s}.
export async function signIn(name, password) {
  const answer = await ask("POST", "/api/v1/sessions", { name, password });
  if (answer.status === 201) {
    person = await answer.json();
  }
  return {
    status: answer.status,
    person,
    wait_s: Number(answer.headers.get("Retry-After")) || 0,
  };
}

// Fills in who is there (#person), and makes #sign-out work. Resolves to the
// person.
export async function startSession() {
  const found = await whoIsThere();
  if (!found) {
    goToSignIn();
    return new Promise(() => {});
  }
  document.getElementById("person").textContent = found.display;
  document.getElementById("sign-out").addEventListener("click", async () => {
    await ask("DELETE", "/api/v1/sessions/me");
    location.replace(pathTo("/dang-nhap"));
  });
  return found;
}
