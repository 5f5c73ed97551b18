// What every page over a view does first: skeleton while there is nothing yet, the error when there is only that, and above old data the reason it is old.

import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClock, useFormat } from "@/format";
import { type Answer, type ViewName } from "@/host";
import { useFreshness, useHost, useLive, useView } from "@/live";
import { toast } from "@/parts/notice";
import { errorDetail, errorText, useLinkText } from "@/text";
import { Button } from "./button";
import { Line } from "./line";
import { linkTone, StateDot, toneInk } from "./marks";
import { ErrorState, Skeleton, StaleBar } from "./states";

/** `links` off where the page itself is about the links. */
export function ViewGate<N extends ViewName>({ name, links = true, children }: { name: N; links?: boolean; children: (data: Answer<N>) => ReactNode }) {
  const { data, error, at, refresh } = useView(name);
  if (data === null) return error === null ? <Skeleton rows={16} /> : <ErrorState error={error} onRetry={refresh} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <StaleBar at={at} error={error} onRetry={refresh} />
      {links && <LinkBar />}
      {children(data)}
    </div>
  );
}

/** While no source delivers, everything on a page is from before; this line says since when, why, and what can be done. */
function LinkBar() {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const linkText = useLinkText();
  const [busy, setBusy] = useState(false);
  const sources = useLive((live) => live.frame?.sources);
  const core = useLive((live) => live.core.kind);
  const { none } = useFreshness();
  const worst = sources?.find((source) => ["needs_login", "refused"].includes(source.state.kind)) ?? sources?.[0];
  const newest = Math.max(0, ...(sources ?? []).map((source) => source.last_event_at ?? 0));
  const said = useClock((now) => (worst === undefined ? "" : linkText(worst.state, now)));
  const age = useClock((now) => format.age(now - newest));
  if (core === "unreachable" || sources === undefined || worst === undefined) return null;
  if (!none) return null;
  const reconnect = async () => {
    setBusy(true);
    try {
      for (const source of sources) if (source.state.kind !== "paused") await host.call("reconnect", { source: source.id });
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div role="status" className="flex min-h-[30px] flex-none items-center gap-2.5 border-b border-line bg-warn-soft px-4">
      <StateDot tone={linkTone(worst.state)} />
      <span className={`num flex-none font-[540] ${toneInk(linkTone(worst.state))}`}>
        {worst.name} · {said}
      </span>
      <Line parts={[newest > 0 ? t("parts.link.since", { age }) : t("parts.link.nothing"), newest > 0 && t("parts.link.then"), t(worst.state.kind === "stale" ? "parts.link.quiet" : "parts.link.safe")]} className="text-ink-2" />
      {worst.state.kind !== "paused" && (
        <Button look="ghost" className="ml-auto" disabled={busy} onClick={reconnect}>
          {t("frame.sources.reconnect")}
        </Button>
      )}
    </div>
  );
}
