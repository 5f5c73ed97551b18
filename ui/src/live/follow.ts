// The loop that pulls the stream: `recent` once, then `next_batch` for ever. It lives outside React and ends with its signal.
//
// A failure is told at once (the window says that the core does not answer) and tried again with a growing pause. After a failure the loop goes on from
// its cursor; only a core that says `resync`, or has other packs now, makes it start over. Duplicates are harmless (places are keys), holes would not be.

import type { Batch } from "@/bindings/Batch";
import { CommandError, type Host, isAbort } from "@/host";
import { REPAINT } from "./pace";

/** Rows to start with, and the most that one batch may bring. The core counts what it leaves out. */
const FIRST_ROWS = 500;
const BATCH_ROWS = 200;

export interface Follower {
  restarted(batch: Batch): void;
  continued(batch: Batch): void;
  failed(error: CommandError): void;
}

/** Wait, or end early with the signal. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export const sleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });

/** 0.25 s, 0.5 s … at most 5 s: the core is on this machine, so a long wait helps nobody. */
export function pauseBefore(attempt: number): number {
  return Math.min(5_000, 250 * 2 ** Math.max(0, attempt - 1));
}

export async function follow(host: Host, follower: Follower, signal: AbortSignal, wait: Sleep = sleep): Promise<void> {
  let cursor: number | null = null;
  let packs: number | null = null;
  let attempt = 0;
  while (!signal.aborted) {
    try {
      if (cursor === null) {
        const batch: Batch = await host.call("recent", { rows: FIRST_ROWS }, signal);
        cursor = batch.cursor;
        packs = batch.versions.packs;
        follower.restarted(batch);
      } else {
        const batch: Batch = await host.call("next_batch", { after: cursor, rows: BATCH_ROWS, every_ms: REPAINT }, signal);
        // Other packs show every row in another way, and may hide what is on screen.
        if (batch.resync || batch.versions.packs !== packs) {
          cursor = null;
        } else {
          cursor = batch.cursor;
          follower.continued(batch);
        }
      }
      attempt = 0;
    } catch (thrown) {
      if (isAbort(thrown) || signal.aborted) return;
      attempt += 1;
      follower.failed(CommandError.from(thrown));
      await wait(pauseBefore(attempt), signal);
    }
  }
}
