// Decisions about one or many requests, with a result per request. One for the whole window: what is under way, and what was refused, is the same
// wherever a request is shown.

import { type ReactNode, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { useFormat } from "@/format";
import { useHost } from "@/live";
import { errorText, failureText } from "@/text";
import { toast } from "@/parts/notice";
import { RejectDialog } from "./reject";
import { type Refusals, withResults } from "./results";

/** What a decision needs to know of a request. */
export type Request = Pick<ApprovalView, "key" | "number">;
/** Told which requests were accepted, by key. */
export type Done = (keys: readonly string[]) => void;

export interface Decide {
  /** Under way to the core, by request: approve or reject. */
  readonly sending: ReadonlyMap<string, boolean>;
  /** Not accepted, by request, until the next try or until somebody has seen it. */
  readonly refusals: Refusals;
  approve(requests: readonly Request[], onDone?: Done): void;
  /** Asks for the reason first. */
  reject(requests: readonly Request[], onDone?: Done): void;
  dismiss(key: string): void;
}

export function useDecisions(): Decide & { readonly dialog: ReactNode } {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const [sending, setSending] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [refusals, setRefusals] = useState<Refusals>(new Map());
  const [rejecting, setRejecting] = useState<{ requests: readonly Request[]; onDone: Done | undefined } | null>(null);

  const decide = useCallback(
    async (requests: readonly Request[], approve: boolean, reason: string | null, onDone: Done | undefined) => {
      const keys = requests.map((each) => each.key);
      if (keys.length === 0) return;
      const only = requests.length === 1 ? requests[0] : undefined;
      setSending((before) => new Map([...before, ...keys.map((key) => [key, approve] as const)]));
      try {
        const results = await host.call("decide", { keys, approve, reason });
        setRefusals((before) => withResults(before, results, approve));
        const ok = results.filter((each) => each.ok);
        const bad = results.find((each) => !each.ok);
        if (bad !== undefined && only !== undefined) toast.error(t("frame.done.failedOne", { number: only.number, error: failureText(bad.error ?? "") }));
        else if (bad !== undefined) toast.error(t("approvals.bulkDone", { ok: format.integer(ok.length), bad: format.integer(results.length - ok.length) }));
        else if (only !== undefined) toast(t(approve ? "frame.done.approved" : "frame.done.rejected", { number: only.number }));
        else toast(approve ? t("frame.done.approvedMany", { count: ok.length }) : t("frame.done.rejectedMany", { count: ok.length }));
        onDone?.(ok.map((each) => each.key));
      } catch (thrown) {
        // Nothing was accepted: each request says so, and may be tried again.
        const error = errorText(thrown);
        setRefusals((before) => withResults(before, keys.map((key) => ({ key, ok: false, error })), approve));
        toast.error(t("frame.done.failed", { error }));
      } finally {
        setSending((before) => new Map([...before].filter(([key]) => !keys.includes(key))));
      }
    },
    [format, host, t],
  );

  return {
    sending,
    refusals,
    approve: useCallback((requests, onDone) => void decide(requests, true, null, onDone), [decide]),
    reject: useCallback((requests, onDone) => requests.length > 0 && setRejecting({ requests, onDone }), []),
    dismiss: useCallback((key) => setRefusals((before) => new Map([...before].filter(([each]) => each !== key))), []),
    dialog: rejecting !== null && (
      <RejectDialog
        numbers={rejecting.requests.map((each) => each.number)}
        onClose={() => setRejecting(null)}
        onConfirm={(reason) => {
          setRejecting(null);
          void decide(rejecting.requests, false, reason, rejecting.onDone);
        }}
      />
    ),
  };
}
