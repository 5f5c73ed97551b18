// What a person does to the world: approve, reject, acknowledge, snooze. Every page uses these, so that the words, the failures and the keys are the same.
//
//   const { approve, reject, acknowledge, snooze, busy, sending } = useActions();
//
// A decision is durable as soon as the core answered: it waits in the core's outbox until the ERP confirmed it. What is under way here is in `sending`
// (requests, by key) and `busy` (alerts, by id), so that a button is not pressed twice.

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { useHost } from "@/live";
import { Button, Menu } from "@/parts";
import { errorDetail, errorText } from "@/text";
import { toast } from "@/parts/notice";
import { type Claims, useClaims } from "./claims";
import { type Decide, useDecisions } from "./decide";
import { type Undo, useUndo } from "./undo";

export type { Decide } from "./decide";
export { isOpen, type Known, type RowState, rowState } from "./results";

export interface Actions extends Claims, Decide, Undo {
  readonly busy: ReadonlySet<string>;
  acknowledge(ids: readonly string[], note?: string): Promise<boolean>;
  snooze(id: string, minutes: number): void;
}

const Context = createContext<Actions | null>(null);

export function useActions(): Actions {
  const actions = useContext(Context);
  if (actions === null) throw new Error("ActionsProvider is missing above this component.");
  return actions;
}

/** Snooze times offered, minutes. */
const SNOOZES = [15, 60, 240, 1_440] as const;

export function ActionsProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const { decide, dialog } = useDecisions();
  const { claims, dialog: handing } = useClaims();
  const undo = useUndo();

  const run = useCallback(
    async (keys: readonly string[], work: () => Promise<void>): Promise<boolean> => {
      setBusy((before) => new Set([...before, ...keys]));
      try {
        await work();
        return true;
      } catch (thrown) {
        toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
        return false;
      } finally {
        setBusy((before) => new Set([...before].filter((key) => !keys.includes(key))));
      }
    },
    [t],
  );

  const actions = useMemo<Actions>(
    () => ({
      busy,
      ...claims,
      ...decide,
      ...undo,
      acknowledge: (ids, note = "") =>
        run(ids, async () => {
          await host.call("acknowledge", { ids: [...ids], ...(note.trim() === "" ? {} : { note }) });
        }),
      snooze: (id, minutes) =>
        void run([id], async () => {
          await host.call("snooze", { id, minutes });
          toast(t("frame.snooze.done", { time: format.duration(minutes * 60_000) }));
        }),
    }),
    [busy, claims, decide, undo, format, host, run, t],
  );

  return (
    <Context value={actions}>
      {children}
      {dialog}
      {handing}
    </Context>
  );
}

/** The snooze button with its times. */
export function SnoozeMenu({ id, what, kbd }: { id: string; /** What is put off, for those who hear the button. */ what: string; kbd?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { snooze, busy } = useActions();
  return (
    <Menu
      label={t("frame.snooze.title")}
      trigger={
        <Button aria-label={t("common.actionOn.snooze", { what })} kbd={kbd} disabled={busy.has(id)}>
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
