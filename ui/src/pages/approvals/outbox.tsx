// Decisions made here that have not reached the ERP: what waits, since when, for which source, and why. Each can be withdrawn for as long as nobody heard of it.

import { Clock3, RefreshCw } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import { useSum } from "@/act/requests";
import { isHeld } from "@/act/undo";
import type { WaitingDecision } from "@/bindings/WaitingDecision";
import { useClock, useFormat } from "@/format";
import { useSources, useView } from "@/live";
import { Age, Button, Money, SectionHeader, SourceMark, Unread } from "@/parts";
import { failureText, joined } from "@/text";

const NONE: readonly WaitingDecision[] = [];
/** Within this a decision is usually held and handed on, ms. */
const SOON = 12_000;

export function Outbox() {
  const { t } = useTranslation();
  const format = useFormat();
  const sum = useSum();
  const { data } = useView("decisions");
  const all = data?.waiting ?? NONE;
  const keys = useClock((now) => all.filter((each) => waits(each, now)).map((each) => each.key).join("\n"));
  const waiting = useMemo(() => all.filter((each) => keys.split("\n").includes(each.key)), [all, keys]);
  if (waiting.length === 0) return null;
  return (
    <section aria-label={t("approvals.outbox.title")} className="flex max-h-[34%] flex-none flex-col border-b border-line-strong">
      <SectionHeader className="border-b border-line" title={t("approvals.outbox.title")} note={joined([format.integer(waiting.length + (data?.waiting_count ?? 0) - all.length), sum(waiting)])} right={<span className="text-[12px] @max-[760px]:hidden">{t("approvals.outbox.note")}</span>} />
      <ul className="min-h-0 overflow-auto">
        {waiting.map((one) => (
          <Line key={one.key} one={one} />
        ))}
      </ul>
    </section>
  );
}

/** What is held, and what has just been handed on, is told on its row: only what does not get through is listed. Pure. */
export function waits({ decision }: Pick<WaitingDecision, "decision">, now: number): boolean {
  return !isHeld(decision.held_until, now) && (decision.error !== null || now - decision.at > SOON);
}

function Line({ one }: { one: WaitingDecision }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { withdraw, withdrawing } = useActions();
  const source = useSources().of(one.source);
  const { decision } = one;
  const state = decision.error === null ? t("approvals.state.queued") : joined([t("approvals.state.retrying", { n: format.integer(decision.attempts) }), failureText(decision.error)]);
  const Icon = decision.error === null ? Clock3 : RefreshCw;
  return (
    <li className="grid h-[34px] grid-cols-[210px_132px_minmax(0,1fr)_minmax(0,160px)_64px_auto] items-center gap-3 border-b border-line/55 px-4 last:border-b-0 @max-[900px]:grid-cols-[190px_124px_minmax(0,1fr)_auto]">
      <span className="truncate" title={joined([one.number, one.reason])}>
        <span className="text-ink-2">{t(decision.approve ? "approvals.approving" : "approvals.rejecting")}</span> <span className="font-[540]">{one.number}</span>
      </span>
      <span className="text-right">{one.amount !== null ? <Money amount={one.amount} currency={one.currency} /> : one.unread !== null ? <Unread text={one.unread} /> : <span className="text-ink-3">—</span>}</span>
      <span className="flex min-w-0 items-center gap-1.5 text-ink-2 [&_svg]:size-3.5 [&_svg]:flex-none" title={state}>
        <Icon aria-hidden className={decision.error === null ? "text-info" : "text-warn"} />
        <span className="truncate">{state}</span>
      </span>
      <span className="truncate text-ink-2 @max-[900px]:hidden" title={one.source}>
        {source !== null && <SourceMark colour={source.colour} className="mr-1.5" />}
        {source?.name ?? one.source}
      </span>
      <span className="text-right text-ink-3 @max-[900px]:hidden" title={format.dateTime(decision.at, decision.at)}>
        <Age at={decision.at} />
      </span>
      <Button aria-label={t("approvals.outbox.withdrawOne", { number: one.number })} disabled={withdrawing.has(one.key)} onClick={() => withdraw([one])}>
        {t("approvals.outbox.withdraw")}
      </Button>
    </li>
  );
}
