// What changes at the server, without reload: a long poll (GET …?wait=, ETag).
import { ask } from "./session.js";

const WAIT_S = 25;
const PATIENCE_MS = (WAIT_S + 15) * 1000;
const LEAST_MS = 1000; // of a wait that brought nothing new
const PAUSES_MS = [500, 1000, 2000, 4000];

export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

// Repeats `attempt` until it resolves; `onAway(true)` when the server cannot be
// reached, `onAway(false)` when it is back.
export async function whenThere(attempt, onAway) {
  for (let tries = 0; ; tries++) {
    try {
      const result = await attempt();
      onAway(false);
      return result;
    } catch {
      onAway(true);
      await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    }
  }
}

// Busy, or not itself: it is asked again as if it were away.
async function look(path, etag, wait, signal) {
  const answer = await ask("GET", `${path}?wait=${wait}`, undefined, {
    headers: etag ? { "If-None-Match": etag } : {},
    signal: signal ?? AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 429 || answer.status >= 500) {
    throw new Error(`status ${answer.status}`);
  }
  return {
    status: answer.status,
    etag: answer.headers.get("ETag"),
    body: answer.status === 200 ? await answer.json() : null,
  };
}

// Calls onChange(what the server says) at first and with every change. Resolves
// only when the server refuses: to its status.
export async function follow(path, onChange, onAway) {
  let etag = null;
  let wait = 0;
  const away = (is) => {
    // The first look after a while must not wait for a change.
    wait = is ? 0 : WAIT_S;
    onAway(is);
  };
  for (;;) {
    const began = performance.now();
    const seen = await whenThere(() => look(path, etag, wait), away);
    if (seen.status === 200) {
      onChange(seen.body);
    } else if (seen.status !== 304) {
      return seen.status;
    } else if (performance.now() - began < LEAST_MS) {
      // A server that has no room for those who wait sends them off at once.
      await pause(LEAST_MS);
    }
    etag = seen.etag;
  }
}

function seen() {
  return new Promise((done) => {
    const look = () => {
      if (!document.hidden) {
        document.removeEventListener("visibilitychange", look);
        done();
      }
    };
    document.addEventListener("visibilitychange", look);
    look();
  });
}

// Ends what waits when the page is hidden, or after our patience.
function whileSeen() {
  const controller = new AbortController();
  const end = () => controller.abort();
  const hidden = () => document.hidden && end();
  const timer = setTimeout(end, PATIENCE_MS);
  document.addEventListener("visibilitychange", hidden);
  return {
    signal: controller.signal,
    free() {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", hidden);
    },
  };
}

// As follow(), for pages of which many may be open: a browser has few
// connections to one server, so only the page that is seen waits. When it is
// seen again it looks at once.
export async function followWhileSeen(path, onChange, onAway) {
  let etag = null;
  let wait = 0;
  for (let failures = 0; ;) {
    await seen();
    const began = performance.now();
    const patience = whileSeen();
    try {
      const {
        status,
        etag: tag,
        body,
      } = await look(path, etag, wait, patience.signal);
      onAway(false);
      failures = 0;
      wait = WAIT_S;
      etag = tag;
      if (status === 200) {
        onChange(body);
      } else if (status !== 304) {
        return status;
      } else if (performance.now() - began < LEAST_MS) {
        await pause(LEAST_MS);
      }
    } catch {
      wait = 0;
      if (!document.hidden) {
        onAway(true);
        await pause(PAUSES_MS[Math.min(failures++, PAUSES_MS.length - 1)]);
      }
    } finally {
      patience.free();
    }
  }
}
