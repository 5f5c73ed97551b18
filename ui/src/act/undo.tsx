// What was decided a moment ago and can still be taken back: one line of the strip for all of it, Z, and beside each request a button of its own. What is
// held, and until when, is the core's to say; this window may have been opened since.

import { useCallback, useEffect, useEffectEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WaitingDecision } from "@/bindings/WaitingDecision";
import { useClock, useFormat } from "@/format";
import { useKeys } from "@/keys";
import { useHost, useView } from "@/live";
import { removeNotice, showNotice, toast } from "@/parts/notice";
import { errorText, failureText, joined } from "@/text";
import { useSum } from "./requests";

const NOTICE = "held decisions";
const NONE: readonly WaitingDecision[] = [];

export interface Undo {
  /** Takes these decisions back, as far as nobody has heard of them. */
  withdraw(requests: readonly { readonly key: string; readonly number: string }[]): void;
  /** Being taken back, by request. */
  readonly withdrawing: ReadonlySet<string>;
  /** How many decisions are held: Z takes back all of them. */
  readonly held: number;
}

export function useUndo(): Undo {
  const { t } = useTranslation();
  const host = useHost();
  const { data, refresh } = useView("decisions");
  const [withdrawing, setWithdrawing] = useState<ReadonlySet<string>>(new Set());
  const waiting = data?.waiting ?? NONE;
  const keys = useClock((now) => waiting.filter(({ decision }) => isHeld(decision.held_until, now)).map((each) => each.key).join("\n"));
  const held = useMemo(() => (keys === "" ? NONE : waiting.filter((each) => keys.split("\n").includes(each.key))), [waiting, keys]);

  const withdraw = useCallback<Undo["withdraw"]>(
    async (requests) => {
      const keys = requests.map((each) => each.key);
      setWithdrawing((before) => new Set([...before, ...keys]));
      try {
        const results = await host.call("withdraw", { keys });
        const bad = results.filter((each) => !each.ok);
        const only = requests.length === 1 ? requests[0] : undefined;
        for (const error of new Set(bad.map((each) => each.error ?? ""))) toast.error(failureText(error));
        if (bad.length === 0) toast(only === undefined ? t("frame.held.backMany", { count: keys.length }) : t("frame.held.back", { number: only.number }));
      } catch (thrown) {
        toast.error(t("frame.done.failed", { error: errorText(thrown) }));
      } finally {
        setWithdrawing((before) => new Set([...before].filter((key) => !keys.includes(key))));
        refresh();
      }
    },
    [host, refresh, t],
  );

  useKeys({ z: () => withdraw(held) }, held.length > 0);
  useNotice(held, withdraw);
  return useMemo(() => ({ withdraw, withdrawing, held: held.length }), [withdraw, withdrawing, held]);
}

/** Whether a decision can be taken back without a trace. Pure. */
export function isHeld(until: number | null, now: number): boolean {
  return until !== null && now < until;
}

function useNotice(held: readonly WaitingDecision[], withdraw: Undo["withdraw"]): void {
  const { t } = useTranslation();
  const format = useFormat();
  const sum = useSum();
  const show = useEffectEvent((held: readonly WaitingDecision[]) => {
    if (held.length === 0) return removeNotice(NOTICE);
    const approved = held.filter(({ decision }) => decision.approve).length;
    const only = held.length === 1 ? held[0] : undefined;
    const title =
      only !== undefined
        ? t(only.decision.approve ? "frame.held.approving" : "frame.held.rejecting", { number: only.number })
        : approved === held.length
          ? t("frame.held.approvingMany", { count: held.length })
          : approved === 0
            ? t("frame.held.rejectingMany", { count: held.length })
            : joined([t("frame.held.approvingMany", { count: approved }), t("frame.held.rejectingMany", { count: held.length - approved })]);
    const until = Math.max(...held.map(({ decision }) => decision.held_until ?? 0));
    const label = only === undefined ? t("frame.held.undoMany", { n: format.integer(held.length) }) : t("frame.held.undo");
    showNotice({ id: NOTICE, severity: "info", title, body: sum(held), about: null, until, actions: [{ label, kbd: "Z", run: () => withdraw(held) }] }, () => undefined);
  });
  useEffect(() => show(held), [held]);
  useEffect(() => () => removeNotice(NOTICE), []);
}
