// One alert beside the list: what it says, its facts, its course, and what can be done.

import { BellRing, Check, CircleCheck, Clock3, FileSearch } from "lucide-react";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import type { AlertState } from "@/bindings/AlertState";
import type { AlertView } from "@/bindings/AlertView";
import { useFormat, useToday } from "@/format";
import { Age, Button, cx, SectionHeader, SeverityMark } from "@/parts";
import { openEvent } from "@/route/selection";
import { useAlertText } from "@/rules";
import { joined, useWord } from "@/text";

const ICONS: Record<AlertState, ReactNode> = { firing: <BellRing aria-hidden />, acknowledged: <Check aria-hidden />, snoozed: <Clock3 aria-hidden />, resolved: <CircleCheck aria-hidden /> };
const INKS: Record<AlertState, string> = { firing: "text-warn", acknowledged: "text-ink-2", snoozed: "text-info", resolved: "text-good" };

export function Detail({ alert, quiet, onSnooze }: { alert: AlertView | null; /** Several are chosen, and the keys are theirs. */ quiet: boolean; onSnooze: (alert: AlertView) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const word = useWord();
  const words = useAlertText();
  const { acknowledge, busy } = useActions();
  if (alert === null) return <p className="px-4 py-3 text-ink-3">{t("alerts.detailNone")}</p>;
  const text = words(alert);
  const { seq } = alert;
  return (
    <div className="px-4 pb-3">
      <SeverityMark severity={alert.severity} className="mt-1" />
      <p className="mt-1 text-[15px] leading-snug font-[560] break-words">{text.title}</p>
      {text.parts.length > 0 && <p className="num mt-0.5 break-words text-ink-2">{joined(text.parts)}</p>}
      <div className="mt-2.5 flex flex-wrap gap-1.5">
        {alert.state !== "resolved" && (
          <>
            {alert.state !== "acknowledged" && (
              <Button look={quiet ? "plain" : "primary"} kbd={quiet ? undefined : "E"} disabled={busy.has(alert.id)} onClick={() => void acknowledge([alert.id])}>
                {t("common.actions.acknowledge")}
              </Button>
            )}
            <Button kbd={quiet ? undefined : "S"} disabled={busy.has(alert.id)} onClick={() => onSnooze(alert)}>
              {t("common.actions.snooze")}
            </Button>
          </>
        )}
        {seq !== null && (
          <Button look="ghost" icon={<FileSearch aria-hidden />} onClick={() => openEvent(seq)}>
            {t("alerts.event")}
          </Button>
        )}
      </div>
      <dl className="num mt-3 grid grid-cols-[72px_1fr] gap-y-1 [&_dt]:text-ink-3">
        <dt>{t("alerts.first")}</dt>
        <dd>
          {format.dateTime(alert.first_at, today)} <Age at={alert.first_at} className="text-ink-3" />
        </dd>
        <dt>{t("alerts.last")}</dt>
        <dd>
          {format.dateTime(alert.last_at, today)} <Age at={alert.last_at} className="text-ink-3" />
        </dd>
        <dt>{t("alerts.count")}</dt>
        <dd>{format.integer(alert.count)}</dd>
        {alert.subject !== null && (
          <>
            <dt>{t("alerts.about")}</dt>
            <dd className="truncate font-mono text-[12px]">{alert.subject}</dd>
          </>
        )}
      </dl>
      <h3 className="mt-4 mb-1.5">{t("alerts.timeline")}</h3>
      <ol>
        {alert.timeline.map((step, i) => (
          <li key={`${step.at}-${i}`} className="relative grid grid-cols-[20px_1fr_auto] items-start gap-x-1.5 pb-2.5 last:pb-0">
            {i < alert.timeline.length - 1 && <i aria-hidden className="absolute top-4 bottom-0 left-[6.5px] w-px bg-line-strong" />}
            <span className={cx("pt-[3px] [&_svg]:size-3.5", INKS[step.state])}>{ICONS[step.state]}</span>
            <span>
              {word("alertState", step.state)}
              {step.by !== null && <span className="text-ink-2"> {t("alerts.by", { who: step.by })}</span>}
            </span>
            <span className="num text-ink-3">{format.dateTime(step.at, today)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

export function PanelTitle({ title, note }: { title: string; note?: string }) {
  return <SectionHeader title={title} note={note} className="border-t border-line first:border-t-0" />;
}
