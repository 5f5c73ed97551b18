// Overview: the whole ERP at a glance, and what needs a person now.

import { useCallback, useState } from "react";
import { ErrorState, Skeleton, StaleBar } from "@/parts";
import { useView } from "@/live";
import { useKeys } from "@/keys";
import { FOLLOWING, type Pause, paused, useStream } from "@/live";
import { Flow } from "./flow";
import { Needs } from "./needs";
import { Stream } from "./stream";
import { Strip } from "./strip";

/** The page's own shape while its first answer is on the way, so that nothing jumps when it comes. */
function Loading() {
  return (
    <>
      <div aria-hidden className="grid h-[91px] flex-none grid-cols-7 border-b border-line bg-panel">
        {Array.from({ length: 7 }, (_, i) => (
          <div key={i} className="flex flex-col gap-3 border-r border-line px-4 pt-4 last:border-r-0">
            <i className="h-2 w-14 rounded-sm bg-raised" />
            <i className="h-4 w-20 rounded-sm bg-raised" />
          </div>
        ))}
      </div>
      <Skeleton rows={20} className="pt-3" />
    </>
  );
}

export default function Overview() {
  const { data, error, at, refresh } = useView("overview");
  const stream = useStream();
  const [pause, setPause] = useState<Pause>(FOLLOWING);
  const toggle = useCallback(() => setPause((before) => (before.kind === "paused" ? FOLLOWING : paused(before, stream.state(), "user"))), [stream]);
  useKeys({ Space: toggle });

  if (data === null) return error === null ? <Loading /> : <ErrorState error={error} onRetry={refresh} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <StaleBar at={at} error={error} onRetry={refresh} />
      <Strip view={data} />
      <div className={data.needs.length === 0 ? "flex min-h-0 flex-1 flex-col" : "grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_clamp(300px,29%,400px)]"}>
        <div className="flex min-h-0 min-w-0 flex-1 flex-col border-r border-line">
          <Flow histogram={data.histogram} />
          <Stream pause={pause} onToggle={toggle} />
        </div>
        <Needs needs={data.needs} omitted={data.needs_omitted} />
      </div>
    </div>
  );
}
