// What every alarm of a control room states: what happens when nobody does anything, what to do, and until when.

import { Hourglass } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { AlertView } from "@/bindings/AlertView";
import type { RuleDocument } from "@/bindings/RuleDocument";
import { useClock, useFormat, useToday } from "@/format";
import { cx } from "@/parts";
import { said, useLang } from "@/rules";
import { joined } from "@/text";

const MINUTE = 60_000;

export function Advice({ alert, document }: { alert: Pick<AlertView, "state" | "first_at">; document: Pick<RuleDocument, "consequence" | "response" | "act_within_minutes"> }) {
  const { t } = useTranslation();
  const lang = useLang();
  const consequence = said(document.consequence, lang);
  const response = said(document.response, lang);
  const timed = document.act_within_minutes > 0;
  if (consequence === "" && response === "" && !timed) return null;
  return (
    <dl aria-label={t("alerts.rule.advice")} className="mt-2.5 grid grid-cols-[76px_1fr] gap-y-1.5 rounded-md bg-raised/60 px-2.5 py-2 leading-snug [&_dd]:min-w-0 [&_dd]:break-words [&_dt]:text-ink-3">
      {consequence !== "" && (
        <>
          <dt>{t("alerts.rule.consequenceShort")}</dt>
          <dd className="text-ink-2">{consequence}</dd>
        </>
      )}
      {response !== "" && (
        <>
          <dt>{t("alerts.rule.responseShort")}</dt>
          <dd>{response}</dd>
        </>
      )}
      {timed && (
        <>
          <dt>{t("alerts.rule.timeShort")}</dt>
          <dd>
            <TimeToAct alert={alert} minutes={document.act_within_minutes} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** Counted from when it fired first in this life. Past, it is red as long as nobody has taken it. */
function TimeToAct({ alert, minutes }: { alert: Pick<AlertView, "state" | "first_at">; minutes: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const until = alert.first_at + minutes * MINUTE;
  const isToday = new Date(until).setHours(0, 0, 0, 0) === today;
  const over = useClock((now) => (alert.state === "firing" && now > until ? format.age(now - until) : null));
  const time = t("alerts.rule.within", { time: format.duration(minutes * MINUTE), until: isToday ? format.minute(until) : format.dayMinute(until, today) });
  return (
    <span className={cx("num", over !== null && "font-[540] text-crit")}>
      {over !== null && <Hourglass aria-hidden className="mr-1 inline-block size-3.5 align-[-2px]" />}
      {joined([time, over !== null && t("alerts.rule.late", { age: over })])}
    </span>
  );
}
