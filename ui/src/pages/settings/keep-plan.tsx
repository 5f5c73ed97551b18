// What would be let go, channel by channel, and why. Nothing goes by looking.

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { KeepingPlan } from "@/bindings/KeepingPlan";
import type { KeepingPortion } from "@/bindings/KeepingPortion";
import { useFormat, useToday } from "@/format";
import { CommandError, isAbort } from "@/host";
import { useHost } from "@/live";
import { Button, Dialog, ErrorState, Skeleton } from "@/parts";
import { joined } from "@/text";

export function KeepPlan({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const host = useHost();
  const [plan, setPlan] = useState<KeepingPlan | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    host
      .call("keeping_plan", {}, stop.signal)
      .then(setPlan)
      .catch((thrown: unknown) => {
        if (!isAbort(thrown)) setError(CommandError.from(thrown));
      });
    return () => stop.abort();
  }, [host]);
  return (
    <Dialog open onClose={onClose} title={t("keeping.planTitle")} width={720} footer={<Button onClick={onClose}>{t("common.close")}</Button>}>
      {error !== null ? <ErrorState error={error} /> : plan === null ? <Skeleton rows={4} /> : <Portions plan={plan} />}
    </Dialog>
  );
}

function Portions({ plan }: { plan: KeepingPlan }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (plan.portions.length === 0) return <p className="py-2 text-ink-2">{t("keeping.planNothing")}</p>;
  const right = "py-1.5 pl-4 text-right whitespace-nowrap";
  return (
    <>
      <p className="num pb-2">{plan.events === 0 ? t("keeping.planNothing") : t("keeping.planSum", { events: format.integer(plan.events), size: format.bytes(plan.bytes) })}</p>
      <table className="num w-full text-left">
        <thead>
          <tr className="border-b border-line text-[12px] text-ink-3 [&>th]:font-normal">
            <th className="py-1">{t("keeping.channel")}</th>
            <th className={right}>{t("keeping.planEvents")}</th>
            <th className={right}>{t("keeping.planSize")}</th>
            <th className="py-1 pl-4">{t("keeping.planRange")}</th>
            <th className="py-1 pl-4">{t("keeping.planWhy")}</th>
            <th className={right}>{t("keeping.planHeld")}</th>
          </tr>
        </thead>
        <tbody>
          {plan.portions.map((portion) => (
            <tr key={portion.channel} className="border-b border-line/55 last:border-b-0">
              <td className="py-1.5">{portion.channel}</td>
              <td className={right}>{format.integer(portion.events)}</td>
              <td className={right}>{format.bytes(portion.bytes)}</td>
              <td className="py-1.5 pl-4 whitespace-nowrap text-ink-2">
                <Range portion={portion} />
              </td>
              <td className="py-1.5 pl-4 whitespace-nowrap text-ink-2">{joined([portion.by_age && t("keeping.planAge"), portion.by_size && t("keeping.planMuch")])}</td>
              <td className={right}>{portion.held === 0 ? "—" : format.integer(portion.held)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Range({ portion }: { portion: KeepingPortion }) {
  const format = useFormat();
  const today = useToday();
  if (portion.from === null || portion.to === null) return "—";
  const [from, to] = [format.dayMinute(portion.from, today), format.dayMinute(portion.to, today)];
  return from === to ? from : `${from} – ${to}`;
}
