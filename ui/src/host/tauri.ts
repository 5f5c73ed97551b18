// The desktop shell as carrier: one Tauri command for all of them, answers as bytes of JSON (an `emit` per event leaks, a held request does not).

import { invoke } from "@tauri-apps/api/core";
import type { Host } from "./command";
import { CommandError } from "./error";

const text = new TextDecoder();

export const tauriHost: Host = {
  async call(name, args, signal) {
    signal?.throwIfAborted();
    try {
      const bytes = await invoke<ArrayBuffer>("call", { name, args });
      signal?.throwIfAborted();
      return JSON.parse(text.decode(bytes));
    } catch (thrown) {
      signal?.throwIfAborted();
      throw CommandError.from(thrown);
    }
  },
};
