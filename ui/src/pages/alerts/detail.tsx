// One alert beside the list: what it says, its facts, its course, and what can be done.

import { BellOff, BellRing, Check, CircleCheck, Clock3, FileSearch } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import type { AlertState } from "@/bindings/AlertState";
import type { AlertView } from "@/bindings/AlertView";
import type { RuleView } from "@/bindings/RuleView";
import type { SourceStatus } from "@/bindings/SourceStatus";
import { coreNow, useFormat, useToday } from "@/format";
import { Age, Button, cx, SectionHeader, SeverityMark } from "@/parts";
import { openEvent } from "@/route/selection";
import { useAlertText } from "@/rules";
import { useSettings } from "@/settings";
import { failureText, joined, useWord } from "@/text";
import { Advice } from "./advice";
import { during, type Silencing } from "./silences/during";
import { ToldList } from "./told";

const ICONS: Record<AlertState, ReactNode> = { firing: <BellRing aria-hidden />, acknowledged: <Check aria-hidden />, snoozed: <Clock3 aria-hidden />, resolved: <CircleCheck aria-hidden /> };
const INKS: Record<AlertState, string> = { firing: "text-warn", acknowledged: "text-ink-2", snoozed: "text-info", resolved: "text-good" };

export function Detail({ alert, rule, quiet, onSnooze, onWake, onSilence, onSilenceDuring, sources }: { alert: AlertView | null; /** The one that raised it. */ rule: RuleView | null; /** Several are chosen, and the keys are theirs. */ quiet: boolean; onSnooze: (alert: AlertView) => void; /** It is not put off any more. */ onWake: (alert: AlertView) => void; onSilence: (alert: AlertView) => void; /** While the maintenance lasts that it announces. */ onSilenceDuring: (silencing: Silencing) => void; sources: readonly SourceStatus[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const word = useWord();
  const words = useAlertText();
  const { acknowledge, busy } = useActions();
  // A note belongs to the alert that it was begun for.
  const [note, setNote] = useState({ of: "", text: "" });
  if (alert === null) return <p className="px-4 py-3 text-ink-3">{t("alerts.detailNone")}</p>;
  const text = words(alert);
  const { seq } = alert;
  const planned = (now: number) => during(alert, sources, joined([t("alerts.silence.duringReason"), alert.values["message"]]), now);
  const isPlanned = planned(today) !== null;
  const silenceDuring = () => {
    const silencing = planned(coreNow());
    if (silencing !== null) onSilenceDuring(silencing);
  };
  const noted = note.of === alert.id ? note.text : "";
  return (
    <div className="px-4 pb-3">
      <SeverityMark severity={alert.severity} className="mt-1" />
      <p className="mt-1 text-[15px] leading-snug font-[560] break-words">{text.title}</p>
      {text.parts.length > 0 && <p className="num mt-0.5 break-words text-ink-2">{joined(text.parts)}</p>}
      {alert.over_since !== null && <p className="num mt-1 text-ink-3">{t("alerts.rule.over_since", { time: format.dateTime(alert.over_since, today) })}</p>}
      {alert.silenced_by !== null && <Quieted by={alert.silenced_by} />}
      {alert.unshared !== null && <p className="mt-1 break-words text-warn">{t("alerts.unshared", { why: failureText(alert.unshared) })}</p>}
      {alert.chattering && <p className="mt-1 text-warn">{t("alerts.rule.chattering")}</p>}
      {rule !== null && alert.state !== "resolved" && <Advice alert={alert} document={rule.document} />}
      <div className="mt-2.5 flex flex-wrap gap-1.5">
        {alert.state !== "resolved" && (
          <>
            {alert.state !== "acknowledged" && (
              <Button look={quiet ? "plain" : "primary"} kbd={quiet ? undefined : "E"} disabled={busy.has(alert.id)} onClick={() => void acknowledge([alert.id], noted)}>
                {t("common.actions.acknowledge")}
              </Button>
            )}
            {alert.state === "snoozed" && (
              <Button disabled={busy.has(alert.id)} onClick={() => onWake(alert)}>
                {t("alerts.snooze.wake")}
              </Button>
            )}
            <Button kbd={quiet ? undefined : "S"} disabled={busy.has(alert.id)} onClick={() => onSnooze(alert)}>
              {t("common.actions.snooze")}
            </Button>
          </>
        )}
        {alert.state !== "resolved" && alert.silenced_by === null && (
          <Button look="ghost" icon={<BellOff aria-hidden />} onClick={() => onSilence(alert)}>
            {t("alerts.silence.this")}
          </Button>
        )}
        {isPlanned && alert.state !== "resolved" && (
          <Button look="ghost" icon={<BellOff aria-hidden />} onClick={silenceDuring}>
            {t("alerts.silence.during")}
          </Button>
        )}
        {seq !== null && (
          <Button look="ghost" icon={<FileSearch aria-hidden />} onClick={() => openEvent(seq)}>
            {t("alerts.event")}
          </Button>
        )}
      </div>
      {(alert.state === "firing" || alert.state === "snoozed") && (
        <input
          aria-label={t("alerts.rule.note")}
          placeholder={t("alerts.rule.notePlaceholder")}
          value={noted}
          maxLength={500}
          onChange={(event) => setNote({ of: alert.id, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing) void acknowledge([alert.id], noted);
          }}
          className="mt-2 h-[28px] w-full rounded-md border border-line bg-surface px-2"
        />
      )}
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
              {step.cause === null || step.cause === "fired" ? word("alertState", step.state) : t(`alerts.told.cause.${step.cause}`)}
              {step.by !== null && <span className="text-ink-2"> {t("alerts.by", { who: step.by })}</span>}
              {step.note !== null && <span className="block break-words text-ink-2">{step.note}</span>}
            </span>
            <span className="num text-ink-3">{format.dateTime(step.at, today)}</span>
          </li>
        ))}
      </ol>
      <ToldList announcements={alert.announcements} />
    </div>
  );
}

/** What keeps an alert quiet: a silence by its reason, another alert by what it is about. */
function Quieted({ by }: { by: string }) {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const other = by.startsWith("alert:") ? by.slice("alert:".length) : null;
  return <p className="mt-1 break-words text-ink-3">{other === null ? t("alerts.silence.by", { what: settings.silences[by]?.reason ?? by }) : t("alerts.silence.byAlert", { what: other })}</p>;
}

export function PanelTitle({ title, note, right }: { title: string; note?: string; right?: ReactNode }) {
  return <SectionHeader title={title} note={note} right={right} className="border-t border-line first:border-t-0" />;
}
