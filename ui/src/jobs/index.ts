// What takes its time in the core (letting go, copies, exports): how far it is, and how the last of each kind ended. Asked for while somebody looks, and
// often only while something runs.
//
//   const { job, start, stop } = useJob("export");
//   await start("export_events", { filter, format: "csv" });

import { useCallback, useEffect, useState } from "react";
import type { JobKind } from "@/bindings/JobKind";
import type { JobView } from "@/bindings/JobView";
import type { Args } from "@/host";
import { isAbort } from "@/host";
import { type Progress, useHost } from "@/live";
import { sleep } from "@/live/follow";

/** Between two questions while something runs, ms. */
const OFTEN = 500;

/** The commands that begin one. */
type Starter = "let_go" | "compact" | "back_up" | "restore" | "export_events" | "export_decisions";

export interface Jobs {
  readonly job: JobView | null;
  readonly running: boolean;
  start<N extends Starter>(name: N, args: Args<N>): Promise<void>;
  stop(): Promise<void>;
}

export function useJob(kind: JobKind): Jobs {
  const host = useHost();
  const [job, setJob] = useState<JobView | null>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const follow = async () => {
      for (;;) {
        const jobs = await host.call("jobs", {}, stop.signal);
        const found = jobs.find((each) => each.kind === kind) ?? null;
        setJob(found);
        if (found === null || found.ended_at !== null) return;
        await sleep(OFTEN, stop.signal);
        if (stop.signal.aborted) return;
      }
    };
    follow().catch((thrown: unknown) => {
      // Whoever starts one asks again; what is on screen is the last that was known.
      if (!isAbort(thrown)) setJob((before) => before);
    });
    return () => stop.abort();
  }, [host, kind, asked]);
  const start = useCallback(
    async <N extends Starter>(name: N, args: Args<N>) => {
      await host.call(name, args);
      setAsked((n) => n + 1);
    },
    [host],
  );
  const stop = useCallback(async () => {
    await host.call("stop_job", { kind });
  }, [host, kind]);
  return { job, running: job !== null && job.ended_at === null, start, stop };
}

/** How much is done; null where nobody knows. Pure. */
export function progressOf(job: JobView): Progress | null {
  return job.of === 0 ? null : { done: job.done, total: job.of, share: Math.min(1, job.done / job.of), rate: null, left: null };
}
