// Decisions about one or many requests, with a result per row. Rejecting asks for the reason first.

import { type ReactNode, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { useFormat } from "@/format";
import { CommandError } from "@/host";
import { useHost } from "@/live";
import { Button, Dialog } from "@/parts";
import { type Refusals, withResults } from "./results";

export interface Decide {
  /** Under way to the core, by request: approve or reject. */
  readonly sending: ReadonlyMap<string, boolean>;
  readonly refusals: Refusals;
  approve(approvals: readonly ApprovalView[]): void;
  reject(approvals: readonly ApprovalView[]): void;
  dismiss(key: string): void;
  /** To be rendered once. */
  readonly dialog: ReactNode;
}

export function useDecide(onDone: (keys: readonly string[]) => void): Decide {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const [sending, setSending] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [refusals, setRefusals] = useState<Refusals>(new Map());
  const [rejecting, setRejecting] = useState<readonly ApprovalView[] | null>(null);

  const decide = useCallback(
    async (approvals: readonly ApprovalView[], approve: boolean, reason: string | null) => {
      const keys = approvals.map((each) => each.key);
      if (keys.length === 0) return;
      setSending((before) => new Map([...before, ...keys.map((key) => [key, approve] as const)]));
      try {
        const results = await host.call("decide", { keys, approve, reason });
        setRefusals((before) => withResults(before, results, approve));
        const ok = results.filter((each) => each.ok);
        const only = approvals.length === 1 ? approvals[0] : undefined;
        if (ok.length < results.length) toast.error(t("approvals.bulkDone", { ok: format.integer(ok.length), bad: format.integer(results.length - ok.length) }));
        else if (only !== undefined) toast(t(approve ? "frame.done.approved" : "frame.done.rejected", { number: only.number }));
        else toast(approve ? t("frame.done.approvedMany", { count: ok.length }) : t("frame.done.rejectedMany", { count: ok.length }));
        onDone(ok.map((each) => each.key));
      } catch (thrown) {
        // Nothing was accepted: each row says so, and may be tried again.
        const error = CommandError.from(thrown).message;
        setRefusals((before) => withResults(before, keys.map((key) => ({ key, ok: false, error })), approve));
      } finally {
        setSending((before) => new Map([...before].filter(([key]) => !keys.includes(key))));
      }
    },
    [format, host, onDone, t],
  );

  return {
    sending,
    refusals,
    approve: (approvals) => void decide(approvals, true, null),
    reject: (approvals) => approvals.length > 0 && setRejecting(approvals),
    dismiss: (key) => setRefusals((before) => new Map([...before].filter(([each]) => each !== key))),
    dialog: rejecting !== null && (
      <Reason
        approvals={rejecting}
        onClose={() => setRejecting(null)}
        onConfirm={(reason) => {
          setRejecting(null);
          void decide(rejecting, false, reason);
        }}
      />
    ),
  };
}

function Reason({ approvals, onClose, onConfirm }: { approvals: readonly ApprovalView[]; onClose: () => void; onConfirm: (reason: string) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const missing = tried && reason.trim() === "";
  const submit = () => (reason.trim() === "" ? setTried(true) : onConfirm(reason.trim()));
  const only = approvals.length === 1 ? approvals[0] : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={only === undefined ? t("frame.reject.titleMany", { count: approvals.length }) : t("frame.reject.title", { number: only.number })}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="danger" kbd="Ctrl ↵" onClick={submit}>
            {t("frame.reject.confirm")}
          </Button>
        </>
      }
    >
      {only === undefined && <p className="num mb-3 line-clamp-3 text-ink-2">{approvals.map((each) => each.number).join(" · ")}</p>}
      <label className="flex flex-col gap-1.5">
        <span className="text-ink-2">{t("frame.reject.reason")}</span>
        <textarea
          autoFocus
          required
          rows={3}
          value={reason}
          placeholder={t("frame.reject.placeholder")}
          aria-invalid={missing}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit()}
          className="resize-none rounded-md border border-line-strong bg-surface px-2.5 py-1.5 placeholder:text-ink-3"
        />
        {missing && (
          <span role="alert" className="text-crit">
            {t("frame.reject.needed")}
          </span>
        )}
      </label>
    </Dialog>
  );
}
