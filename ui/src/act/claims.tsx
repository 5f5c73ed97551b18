// Who is on a request: claimed, released and handed over, with a result per request. A claim tells the others so; it keeps nobody from deciding.

import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovalView } from "@/bindings/ApprovalView";
import type { DecideResult } from "@/bindings/DecideResult";
import type { Deputy } from "@/bindings/Deputy";
import { useFormat } from "@/format";
import { useHost } from "@/live";
import { toast } from "@/parts/notice";
import { errorText, failureText } from "@/text";
import { HandOverDialog } from "./hand-over";

type Claimable = Pick<ApprovalView, "key" | "number" | "claimed" | "requester" | "amount" | "unread" | "currency" | "needs" | "version">;

export interface Claims {
  /** Under way, by request. */
  readonly claiming: ReadonlySet<string>;
  /** What a gateway said no to, by request, until the next try. */
  readonly unclaimed: ReadonlyMap<string, string>;
  claim(requests: readonly Claimable[]): void;
  release(requests: readonly Claimable[]): void;
  /** Asks first to whom. */
  handOver(requests: readonly Claimable[]): void;
}

/** The answers to a try: what was refused stays with its request, what was done is forgotten. Pure. */
export function withClaims(before: ReadonlyMap<string, string>, results: readonly DecideResult[]): ReadonlyMap<string, string> {
  const next = new Map(before);
  for (const { key, ok, error } of results) {
    if (ok) next.delete(key);
    else next.set(key, error ?? "");
  }
  return next;
}

export function useClaims(): { readonly claims: Claims; readonly dialog: ReactNode } {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const [claiming, setClaiming] = useState<ReadonlySet<string>>(new Set());
  const [unclaimed, setUnclaimed] = useState<ReadonlyMap<string, string>>(new Map());
  const [handing, setHanding] = useState<readonly Claimable[] | null>(null);

  const run = useCallback(
    async (requests: readonly Claimable[], ask: (keys: string[]) => Promise<DecideResult[]>) => {
      const keys = requests.map((each) => each.key);
      if (keys.length === 0) return;
      setClaiming((before) => new Set([...before, ...keys]));
      try {
        const results = await ask(keys);
        setUnclaimed((before) => withClaims(before, results));
        const bad = results.filter((each) => !each.ok);
        const [first] = bad;
        if (first === undefined) return;
        const error = failureText(first.error ?? "");
        if (results.length === 1) toast.error(t("frame.done.failed", { error }));
        else toast.error(t("approvals.bulkDone", { ok: format.integer(results.length - bad.length), bad: format.integer(bad.length) }));
      } catch (thrown) {
        toast.error(t("frame.done.failed", { error: errorText(thrown) }));
      } finally {
        setClaiming((before) => new Set([...before].filter((key) => !keys.includes(key))));
      }
    },
    [format, t],
  );

  const claims = useMemo<Claims>(
    () => ({
      claiming,
      unclaimed,
      claim: (requests) => void run(requests, (keys) => host.call("claim", { keys })),
      release: (requests) => void run(requests, (keys) => host.call("release", { keys })),
      handOver: (requests) => setHanding(requests.length === 0 ? null : requests),
    }),
    [claiming, unclaimed, host, run],
  );
  const handOver = (to: Deputy) => {
    if (handing !== null) void run(handing, (keys) => host.call("hand_over", { keys, to }));
    setHanding(null);
  };
  return { claims, dialog: handing === null ? null : <HandOverDialog requests={handing} onClose={() => setHanding(null)} onConfirm={handOver} /> };
}
