// How much is asked of people: by day, by rule and by person, and what to do about it.

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LoadView } from "@/bindings/LoadView";
import type { RuleView } from "@/bindings/RuleView";
import { useFormat, useToday } from "@/format";
import { useHost } from "@/live";
import { Button, cx, EmptyState, Line, SectionHeader, SeverityMark } from "@/parts";
import { useAlertText, useRuleName } from "@/rules";
import { errorText, joined } from "@/text";
import { Months } from "./load-months";

/** Between two looks, ms. */
const EVERY = 15_000;
/** More in ten minutes cannot be worked with. */
const FLOOD = 10;
/** From this part of all interruptions on a rule is worth a second look. */
const NOISY = 0.25;
/** Too few say nothing. */
const ENOUGH = 10;

export function Load({ rules, onRule }: { rules: readonly RuleView[]; onRule: (rule: RuleView) => void }) {
  const { t } = useTranslation();
  const host = useHost();
  const name = useRuleName(rules);
  const [view, setView] = useState<LoadView | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    const look = async () => {
      try {
        const seen = await host.call("alert_load", {});
        if (!over) setView(seen);
      } catch (thrown) {
        if (!over) setError(errorText(thrown));
      }
    };
    void look();
    const timer = setInterval(() => void look(), EVERY);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [host]);
  if (view === null) return error === null ? null : <p role="alert" className="px-4 py-3 text-crit">{error}</p>;
  if (view.days.length === 0 && view.months.length === 0 && view.standing_count === 0) return <EmptyState title={t("alerts.load.empty")} text={t("alerts.load.emptyText")} />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto pb-6">
      {view.days.length > 0 && <Days view={view} />}
      <Months months={view.months} ruleName={name} />
      <Noise view={view} rules={rules} onRule={onRule} />
      <People view={view} />
      <Standing view={view} />
    </div>
  );
}

const HEAD = "[&>th]:px-2 [&>th]:text-left [&>th]:font-[450] h-7 text-[12px] text-ink-3";
const CELL = "num px-2 text-right";

function Days({ view }: { view: LoadView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(1, ...view.days.map((day) => day.interruptions));
  return (
    <section aria-label={t("alerts.load.days")}>
      <SectionHeader title={t("alerts.load.days")} note={t("alerts.load.daysNote")} />
      <table className="w-full">
        <thead>
          <tr className={HEAD}>
            <th scope="col" className="!pl-4">{t("alerts.load.day")}</th>
            <th scope="col" className="w-full">{t("alerts.load.interruptions")}</th>
            <th scope="col" className="!text-right whitespace-nowrap">{t("alerts.load.worst")}</th>
            <th scope="col" className="!text-right whitespace-nowrap">{t("alerts.load.flood")}</th>
            <th scope="col" className="!pr-4 !text-right whitespace-nowrap">{t("alerts.load.chattering")}</th>
          </tr>
        </thead>
        <tbody>
          {view.days.map((day) => {
            const parts = [
              { id: "critical", n: day.critical, ink: "bg-crit" },
              { id: "warning", n: day.warning, ink: "bg-warn" },
              { id: "other", n: day.other, ink: "bg-ink-3" },
            ] as const;
            return (
              <tr key={day.day} className="h-8 border-t border-line/55">
                <td className="num pl-4 pr-2 whitespace-nowrap">{day.day}</td>
                <td className="px-2">
                  <span className="flex items-center gap-2">
                    <span className="num w-10 flex-none text-right">{format.integer(day.interruptions)}</span>
                    <span aria-hidden className="flex h-2 min-w-0 flex-1 gap-px overflow-hidden rounded-sm">
                      {parts.map(({ id, n, ink }) => n > 0 && <i key={id} className={cx("h-full", ink)} style={{ width: `${(n / most) * 100}%` }} title={t(`alerts.load.mix.${id}`, { n: format.integer(n) })} />)}
                    </span>
                  </span>
                </td>
                <td className={cx(CELL, day.worst_10_min > FLOOD && "text-crit")}>{format.integer(day.worst_10_min)}</td>
                <td className={cx(CELL, day.flood_minutes > 0 && "text-crit")}>{format.integer(day.flood_minutes)}</td>
                <td className={cx(CELL, "!pr-4", day.chattering > 0 && "text-warn")}>{format.integer(day.chattering)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Noise({ view, rules, onRule }: { view: LoadView; rules: readonly RuleView[]; onRule: (rule: RuleView) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = useRuleName(rules);
  const all = view.rules.reduce((sum, rule) => sum + rule.interruptions, 0);
  if (view.rules.length === 0) return null;
  return (
    <section aria-label={t("alerts.load.rules")} className="mt-3 border-t border-line">
      <SectionHeader title={t("alerts.load.rules")} note={t("alerts.load.share", { share: format.percent(view.noisiest_share) })} />
      <ul>
        {view.rules.slice(0, 20).map((rule) => {
          const share = all === 0 ? 0 : rule.interruptions / all;
          const known = rules.find((each) => each.id === rule.rule);
          const called = rule.rule === "watchdeck:summary" ? t("alerts.load.summaries") : name(rule.rule);
          const noisy = share >= NOISY && rule.interruptions >= ENOUGH && known !== undefined;
          return (
            <li key={rule.rule} className="border-t border-line/55 px-4 py-1.5">
              <div className="grid grid-cols-[minmax(0,1fr)_auto_auto] items-center gap-x-4">
                <span className="truncate font-[540]">{called}</span>
                <span className="num text-ink-2">{t("alerts.load.times", { n: format.integer(rule.interruptions), share: format.percent(share) })}</span>
                <span className="num w-[168px] text-right text-ink-3">{rule.answered.count === 0 ? t("alerts.load.notAnswered") : t("alerts.load.answered", { time: format.duration(rule.answered.median_ms), n: format.integer(rule.answered.count) })}</span>
              </div>
              {noisy && (
                <p className="mt-0.5 flex items-center gap-2 text-[12px] text-warn">
                  {t(known.limit === null ? "alerts.load.adviceHold" : "alerts.load.adviceLimit", { share: format.percent(share) })}
                  <Button look="ghost" className="!h-6" aria-label={t("alerts.load.tryOf", { rule: called })} onClick={() => onRule(known)}>
                    {t("alerts.load.try")}
                  </Button>
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function People({ view }: { view: LoadView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const people = Object.entries(view.people).sort(([, a], [, b]) => b.count - a.count);
  if (people.length === 0) return null;
  return (
    <section aria-label={t("alerts.load.people")} className="mt-3 border-t border-line">
      <SectionHeader title={t("alerts.load.people")} />
      <ul>
        {people.map(([who, worked]) => (
          <li key={who} className="flex items-center gap-4 border-t border-line/55 px-4 py-1.5">
            <span className="min-w-0 flex-1 truncate">{who}</span>
            <span className="num text-ink-2">{t("alerts.load.answered", { time: format.duration(worked.median_ms), n: format.integer(worked.count) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Standing({ view }: { view: LoadView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const words = useAlertText();
  if (view.standing_count === 0) return null;
  return (
    <section aria-label={t("alerts.load.standing")} className="mt-3 border-t border-line">
      <SectionHeader title={t("alerts.load.standing")} note={t("alerts.load.standingNote", { n: format.integer(view.standing_count) })} />
      <ul>
        {view.standing.map((alert) => {
          const text = words({ ...alert, count: 1 });
          return (
            <li key={alert.id} className="grid h-8 grid-cols-[20px_minmax(0,1fr)_auto] items-center gap-x-2 border-t border-line/55 px-4">
              <SeverityMark severity={alert.severity} word={false} />
              <Line parts={[text.title, ...text.parts.map((part) => <span key={part} className="text-ink-2">{part}</span>)]} title={joined([text.title, ...text.parts])} />
              <span className="num text-ink-3">{format.dateTime(alert.first_at, today)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
