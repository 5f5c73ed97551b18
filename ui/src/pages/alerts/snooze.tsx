// For how long: three answers, by click or by 1, 2, 3.

import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { AlertView } from "@/bindings/AlertView";
import { coreNow, minutesUntilMorning, useFormat } from "@/format";
import { Dialog, Kbd } from "@/parts";

export function Snooze({ alerts, onClose, onChoose }: { alerts: readonly AlertView[]; onClose: () => void; onChoose: (minutes: number) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = coreNow();
  const choices = [
    { id: "quarter", minutes: 15 },
    { id: "hour", minutes: 60 },
    { id: "morning", minutes: minutesUntilMorning(now) },
  ] as const;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const minutes = { 1: 15, 2: 60, 3: minutesUntilMorning(coreNow()) }[event.key];
      if (minutes === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      onChoose(minutes);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [onChoose]);
  return (
    <Dialog open onClose={onClose} width={360} title={alerts.length === 1 ? t("alerts.snooze.title") : t("alerts.snooze.titleMany", { n: format.integer(alerts.length) })}>
      <p className="mb-2.5 text-ink-2">{t("alerts.snooze.text")}</p>
      <div className="-mx-2 flex flex-col">
        {choices.map(({ id, minutes }, i) => (
          <button key={id} type="button" autoFocus={i === 0} onClick={() => onChoose(minutes)} className="flex h-8 items-center gap-2.5 rounded-md px-2 text-left hover:bg-raised">
            <Kbd>{i + 1}</Kbd>
            {t(`alerts.snooze.${id}`)}
            <span className="num ml-auto text-ink-3">{t("alerts.snooze.morningAt", { time: format.minute(now + minutes * 60_000) })}</span>
          </button>
        ))}
      </div>
    </Dialog>
  );
}
