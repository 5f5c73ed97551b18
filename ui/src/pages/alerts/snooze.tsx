// For how long: five answers, by click or by 1 to 5.

import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { AlertView } from "@/bindings/AlertView";
import { coreNow, minutesUntilMorning, useFormat } from "@/format";
import { Dialog, Kbd } from "@/parts";

/** For how long, and whether for no longer than the alert says the same. */
export interface Rest {
  readonly minutes: number;
  readonly while_same: boolean;
}

/** Nothing is put off for longer, minutes. */
const LONGEST = 7 * 24 * 60;

function rests(now: number) {
  return [
    { id: "quarter", minutes: 15, while_same: false },
    { id: "hour", minutes: 60, while_same: false },
    { id: "morning", minutes: minutesUntilMorning(now), while_same: false },
    { id: "same", minutes: LONGEST, while_same: true },
    { id: "over", minutes: LONGEST, while_same: false },
  ] as const;
}

export function Snooze({ alerts, onClose, onChoose }: { alerts: readonly AlertView[]; onClose: () => void; onChoose: (rest: Rest) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = coreNow();
  const choices = rests(now);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const rest = /^[1-5]$/u.test(event.key) ? rests(coreNow())[Number(event.key) - 1] : undefined;
      if (rest === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      onChoose(rest);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [onChoose]);
  return (
    <Dialog open onClose={onClose} width={360} title={alerts.length === 1 ? t("alerts.snooze.title") : t("alerts.snooze.titleMany", { n: format.integer(alerts.length) })}>
      <p className="mb-2.5 text-ink-2">{t("alerts.snooze.text")}</p>
      <div className="-mx-2 flex flex-col">
        {choices.map((rest, i) => (
          <button key={rest.id} type="button" autoFocus={i === 0} onClick={() => onChoose(rest)} className="flex h-8 items-center gap-2.5 rounded-md px-2 text-left hover:bg-raised">
            <Kbd>{i + 1}</Kbd>
            {t(`alerts.snooze.${rest.id}`)}
            <span className="num ml-auto text-ink-3">{rest.minutes === LONGEST ? t("alerts.snooze.atMost", { days: format.integer(LONGEST / 1_440) }) : t("alerts.snooze.morningAt", { time: format.minute(now + rest.minutes * 60_000) })}</span>
          </button>
        ))}
      </div>
    </Dialog>
  );
}
