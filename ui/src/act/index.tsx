// What a person does to the world: approve, reject, acknowledge, snooze. Every page uses these, so that the words, the failures and the keys are the same.
//
//   const { approve, reject, acknowledge, snooze, busy } = useActions();
//
// A decision is durable as soon as the core answered: it waits in the core's outbox until the ERP confirmed it. What is under way here is in `busy`,
// by approval key or alert id, so that a button is not pressed twice.

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { useFormat } from "@/format";
import { CommandError } from "@/host";
import { useHost } from "@/live";
import { Button, Dialog, Menu } from "@/parts";

export interface Actions {
  readonly busy: ReadonlySet<string>;
  approve(approvals: readonly ApprovalView[]): void;
  /** Asks for the reason first. */
  reject(approvals: readonly ApprovalView[]): void;
  acknowledge(ids: readonly string[]): Promise<boolean>;
  snooze(id: string, minutes: number): void;
}

const Context = createContext<Actions | null>(null);

export function useActions(): Actions {
  const actions = useContext(Context);
  if (actions === null) throw new Error("ActionsProvider is missing above this component.");
  return actions;
}

/** Snooze times offered, minutes. */
export const SNOOZES = [15, 60, 240, 1_440] as const;

export function ActionsProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [rejecting, setRejecting] = useState<readonly ApprovalView[] | null>(null);

  const run = useCallback(
    async (keys: readonly string[], work: () => Promise<void>): Promise<boolean> => {
      setBusy((before) => new Set([...before, ...keys]));
      try {
        await work();
        return true;
      } catch (thrown) {
        toast.error(t("frame.done.failed", { error: CommandError.from(thrown).message }));
        return false;
      } finally {
        setBusy((before) => new Set([...before].filter((key) => !keys.includes(key))));
      }
    },
    [t],
  );

  const decide = useCallback(
    (approvals: readonly ApprovalView[], approve: boolean, reason: string | null) =>
      run(
        approvals.map((each) => each.key),
        async () => {
          const results = await host.call("decide", { keys: approvals.map((each) => each.key), approve, reason });
          for (const result of results.filter((each) => !each.ok)) {
            const number = approvals.find((each) => each.key === result.key)?.number ?? result.key;
            toast.error(t("frame.done.failedOne", { number, error: result.error ?? "" }));
          }
          const done = results.filter((each) => each.ok);
          const only = done.length === 1 ? approvals.find((each) => each.key === done[0]?.key) : undefined;
          if (only !== undefined) toast(t(approve ? "frame.done.approved" : "frame.done.rejected", { number: only.number }));
          else if (done.length > 1) toast(approve ? t("frame.done.approvedMany", { count: done.length }) : t("frame.done.rejectedMany", { count: done.length }));
        },
      ),
    [host, run, t],
  );

  const actions = useMemo<Actions>(
    () => ({
      busy,
      approve: (approvals) => void decide(approvals, true, null),
      reject: setRejecting,
      acknowledge: (ids) =>
        run(ids, async () => {
          await host.call("acknowledge", { ids: [...ids] });
        }),
      snooze: (id, minutes) =>
        void run([id], async () => {
          await host.call("snooze", { id, minutes });
          toast(t("frame.snooze.done", { time: format.duration(minutes * 60_000) }));
        }),
    }),
    [busy, decide, format, host, run, t],
  );

  return (
    <Context value={actions}>
      {children}
      {rejecting !== null && (
        <RejectDialog
          approvals={rejecting}
          onClose={() => setRejecting(null)}
          onConfirm={(reason) => {
            setRejecting(null);
            void decide(rejecting, false, reason);
          }}
        />
      )}
    </Context>
  );
}

function RejectDialog({ approvals, onClose, onConfirm }: { approvals: readonly ApprovalView[]; onClose: () => void; onConfirm: (reason: string) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
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
          <Button look="danger" onClick={submit}>
            {t("frame.reject.confirm")}
          </Button>
        </>
      }
    >
      <label className="flex flex-col gap-1.5">
        <span className="text-ink-2">{t("frame.reject.reason")}</span>
        <textarea
          autoFocus
          rows={3}
          value={reason}
          placeholder={t("frame.reject.placeholder")}
          aria-invalid={tried && reason.trim() === ""}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit()}
          className="resize-none rounded-md border border-line-strong bg-surface px-2.5 py-1.5 placeholder:text-ink-3"
        />
        {tried && reason.trim() === "" && (
          <span role="alert" className="text-crit">
            {t("frame.reject.needed")}
          </span>
        )}
      </label>
    </Dialog>
  );
}

/** The snooze button with its times. */
export function SnoozeMenu({ id, kbd }: { id: string; kbd?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { snooze, busy } = useActions();
  return (
    <Menu
      label={t("frame.snooze.title")}
      trigger={
        <Button kbd={kbd} disabled={busy.has(id)}>
          {t("common.actions.snooze")}
        </Button>
      }
      items={SNOOZES.map((minutes) => ({
        id: String(minutes),
        label: t("frame.snooze.minutes", { time: format.duration(minutes * 60_000) }),
        onSelect: () => snooze(id, minutes),
      }))}
    />
  );
}
