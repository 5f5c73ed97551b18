// The only door to the world outside the page. Two carriers behind one interface; nothing else in the window knows which.

import { browserHost, takeToken } from "./browser";
import type { Host } from "./command";
import { tauriHost } from "./tauri";

export type { Answer, Args, CommandName, Host, Incident, ViewName } from "./command";
export { CommandError, isAbort } from "./error";
export type { Code } from "./error";

/** The carrier of this process. */
export function chooseHost(): Host {
  return "__TAURI_INTERNALS__" in window ? tauriHost : browserHost(takeToken(window.location, window.history, window.sessionStorage));
}
