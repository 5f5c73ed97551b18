// What a rule would have done: how often, for how many situations, at night, and each time, to be opened.

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useToday } from "@/format";
import { cx, Line, SeverityMark } from "@/parts";
import { Choices } from "@/parts/choices";
import { openEvent } from "@/route/selection";
import { type Lang, said } from "@/rules";
import type { Tried } from "./use-backtest";

const SPANS = ["7", "30", "90"] as const;

export function Past({ tried, days, onDays, lang, onLeave }: { tried: Tried; days: number; onDays: (days: number) => void; lang: Lang; /** An event is opened behind the dialog. */ onLeave: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const [all, setAll] = useState(false);
  const { result } = tried;
  const shown = result === null ? [] : all ? result.alerts : result.alerts.slice(0, 6);
  return (
    <section aria-label={t("alerts.rule.past")} className="rounded-md border border-line bg-surface">
      <div className="flex h-9 items-center gap-3 border-b border-line px-3">
        <h3>{t("alerts.rule.past")}</h3>
        {tried.busy && <span className="text-ink-3">{t("alerts.rule.trying")}</span>}
        <span className="ml-auto" />
        <Choices label={t("alerts.rule.over")} value={String(days) as (typeof SPANS)[number]} options={SPANS.map((id) => ({ id, label: t("alerts.rule.days", { n: id }) }))} onChange={(id) => onDays(Number(id))} />
      </div>
      {tried.error !== null ? (
        <p role="alert" className="px-3 py-2 text-crit">
          {tried.error}
        </p>
      ) : result === null ? (
        <p className="px-3 py-2 text-ink-3">{tried.fault === null ? t("alerts.rule.pastNone") : t("alerts.rule.pastFault")}</p>
      ) : (
        <div className={cx(tried.busy && "opacity-60")}>
          <p className="px-3 pt-2 pb-1.5">
            <b className="font-[580]">{t("alerts.rule.fired", { count: result.fired, n: format.integer(result.fired), days: format.integer(days) })}</b>
            {result.fired > 0 && <span className="text-ink-2"> {t("alerts.rule.situations", { count: result.situations, n: format.integer(result.situations), night: format.integer(result.at_night) })}</span>}
          </p>
          <p className="num px-3 pb-2 text-[12px] text-ink-2">
            {result.interruptions_now === null ? t("alerts.rule.interruptions", { n: format.integer(result.interruptions) }) : t("alerts.rule.interruptionsBefore", { n: format.integer(result.interruptions), before: format.integer(result.interruptions_now) })}
            {" · "}
            {t("alerts.rule.looked", { n: format.integer(result.events), ms: format.integer(result.took_ms) })}
            {result.incomplete && ` · ${t("alerts.rule.incomplete")}`}
          </p>
          {shown.length > 0 && (
            <ul className="border-t border-line">
              {shown.map((alert) => (
                <li key={`${alert.at}/${alert.seq ?? ""}/${alert.title.en}`} className="border-b border-line/55 last:border-b-0">
                  <button
                    type="button"
                    disabled={alert.seq === null}
                    onClick={() => {
                      if (alert.seq === null) return;
                      onLeave();
                      openEvent(alert.seq);
                    }}
                    className="grid h-8 w-full grid-cols-[auto_20px_minmax(0,1fr)] items-center gap-x-2 px-3 text-left enabled:hover:bg-raised"
                  >
                    <span className="num text-ink-3">{format.dateTime(alert.at, today)}</span>
                    <SeverityMark severity={alert.severity} word={false} />
                    <Line parts={[<span key="title">{said(alert.title, lang)}</span>, ...(said(alert.body, lang) === "" ? [] : [<span key="body" className="text-ink-2">{said(alert.body, lang)}</span>])]} title={`${said(alert.title, lang)} ${said(alert.body, lang)}`} />
                  </button>
                </li>
              ))}
            </ul>
          )}
          {result.alerts.length > shown.length && (
            <button type="button" onClick={() => setAll(true)} className="h-8 w-full border-t border-line text-accent hover:bg-raised">
              {t("alerts.rule.more", { n: format.integer(result.alerts.length) })}
            </button>
          )}
        </div>
      )}
    </section>
  );
}
