// The web host as carrier: HTTP on loopback with the token from the address, which leaves the address at once.

import type { Host } from "./command";
import { CommandError, isAbort } from "./error";

const KEPT = "watchdeck-token";

/** Take `#token=…` out of the address and keep it for this tab, so that a reload still has it and a screenshot does not. */
export function takeToken(location: Location, history: History, storage: Storage): string | null {
  const fragment = new URLSearchParams(location.hash.replace(/^#/, ""));
  const token = fragment.get("token");
  if (token !== null) {
    storage.setItem(KEPT, token);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return storage.getItem(KEPT);
}

export function browserHost(token: string | null): Host {
  return {
    async call(name, args, signal) {
      const headers: Record<string, string> = { "Content-Type": "application/json" };
      if (token !== null) headers.Authorization = `Bearer ${token}`;
      let response: Response;
      try {
        response = await fetch(`/api/call/${name}`, { method: "POST", headers, body: JSON.stringify(args), signal: signal ?? null, cache: "no-store" });
      } catch (thrown) {
        if (isAbort(thrown)) throw thrown;
        throw CommandError.from(thrown);
      }
      if (response.ok) return response.json();
      throw await refusal(response);
    },
  };
}

/** The body is a `CommandError`; a proxy or an old server may answer something else. */
async function refusal(response: Response): Promise<CommandError> {
  try {
    return CommandError.from(await response.json());
  } catch {
    return new CommandError(response.status === 401 ? "unauthorized" : "internal", `${response.status} ${response.statusText}`);
  }
}
