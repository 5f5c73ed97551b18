// The connection test: the steps it will take, then how far it came, how long each took, the server's words, and what to do about the one that failed.

import { Check, Circle, CircleCheck, LoaderCircle, OctagonAlert, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DialectName } from "@/bindings/DialectName";
import type { SourceTest } from "@/bindings/SourceTest";
import { useFormat } from "@/format";
import { Button, cx, Ticking } from "@/parts";
import { type Advice, adviceOn, detectedBy, plannedSteps, STEPS, stepRows, stoppedAt } from "./advice";
import type { Draft, DraftField } from "./draft";
import { useFieldName } from "./names";
import type { SourceFormApi } from "./use-form";

export function TestPanel({ api, onGo, className }: { api: SourceFormApi; onGo: (field: DraftField) => void; className?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { attempt } = api;
  const running = attempt.kind === "running";
  const test = attempt.kind === "made" ? attempt.test : null;
  return (
    <section aria-label={t("sources.test.title")} className={cx("flex flex-col", className)}>
      <div className="flex h-8 items-center gap-2">
        <h3 className="flex-1">{t("sources.test.title")}</h3>
        {running ? (
          <Button onClick={api.cancelTest}>{t("sources.test.cancel")}</Button>
        ) : (
          <Button onClick={() => void api.test()}>
            {attempt.kind === "none" ? t("sources.test.run") : t("sources.test.again")}
          </Button>
        )}
      </div>
      <div className="min-h-[18px] text-[12px] leading-snug text-ink-3">
        {attempt.kind === "none" && t("sources.test.idle")}
        {attempt.kind === "running" && <Running since={attempt.since} />}
        {attempt.kind === "made" && (api.stale ? <span className="text-warn">{t("sources.test.stale")}</span> : <span className="num">{t("sources.test.made", { time: format.time(attempt.at) })}</span>)}
      </div>
      <div role="status" className="mt-1.5">
        <Steps test={test} draft={attempt.kind === "made" ? attempt.of : api.draft} running={running} />
        {test !== null && <Outcome test={test} draft={attempt.kind === "made" ? attempt.of : api.draft} hasToken={api.hasToken} onGo={onGo} mayKeep />}
        {attempt.kind === "failed" && (
          <p role="alert" className="mt-2 text-crit">
            {attempt.error.message}
          </p>
        )}
      </div>
    </section>
  );
}

function Running({ since }: { since: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return <span className="num"><Ticking text={(now) => t("sources.test.running", { time: format.age(Math.max(0, now - since)) })} /></span>;
}

/** The steps as a list; those not reached stay grey. */
export function Steps({ test, draft, running }: { test: SourceTest | null; draft: Draft; running: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = (step: string) => {
    const known = STEPS.find((each) => each === step);
    return known === undefined ? step : t(`sources.step.${known}`);
  };
  const kind = test === null ? null : detectedBy(test);
  return (
    <ol className="divide-y divide-line/55 border-y border-line/55">
      {stepRows(test, plannedSteps(draft)).map(({ name: step, taken }, i) => (
        <li key={step} className="grid grid-cols-[16px_minmax(0,1fr)_auto] gap-x-2 py-[5px]">
          <span className="grid h-[19px] place-items-center">
            {taken === null ? (
              running && i === 0 ? (
                <LoaderCircle aria-hidden className="size-3.5 text-ink-3" />
              ) : (
                <Circle aria-label={test === null ? undefined : t("sources.test.notTried")} aria-hidden={test === null ? true : undefined} className="size-2.5 text-ink-3" />
              )
            ) : taken.ok ? (
              <Check aria-label={t("sources.test.passed")} className="size-3.5 text-good" />
            ) : (
              <X aria-label={t("sources.test.failedStep")} className="size-3.5 text-crit" />
            )}
          </span>
          <span className={cx("truncate", taken === null ? "text-ink-3" : taken.ok ? undefined : "font-[540] text-crit")}>{name(step)}</span>
          <span className="num text-[12px] leading-[19px] text-ink-3">{taken === null ? "" : format.duration(taken.ms)}</span>
          {taken !== null && taken.detail !== "" && (
            <span title={taken.detail} className={cx("col-start-2 col-end-4 line-clamp-3 text-[12px] leading-snug break-words", taken.ok ? "text-ink-3" : "text-ink-2")}>
              {kind !== null && step === "detect" ? t(`sources.dialect.${kind}.title`) : taken.detail}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

/** What the try means and what to do now. */
export function Outcome({ test, draft, hasToken, onGo, mayKeep }: { test: SourceTest; draft: Draft; hasToken: boolean; onGo?: (field: DraftField) => void; mayKeep: boolean }) {
  const { t } = useTranslation();
  const stopped = stoppedAt(test);
  if (test.ok || stopped === null)
    return (
      <div className="mt-2.5 flex gap-2">
        <CircleCheck aria-hidden className="mt-px size-4 flex-none text-good" />
        <p>
          <b className="font-[560] text-good">{t("sources.test.ok")}</b>
          {mayKeep && <span className="block text-ink-2">{t("sources.test.okText")}</span>}
        </p>
      </div>
    );
  const known = STEPS.find((each) => each === stopped.step);
  const advice = adviceOn(stopped, draft, hasToken);
  return (
    <div className="mt-2.5 flex gap-2">
      <OctagonAlert aria-hidden className="mt-px size-4 flex-none text-crit" />
      <div className="min-w-0">
        <b className="font-[560] text-crit">{t("sources.test.stopped", { step: known === undefined ? stopped.step : t(`sources.step.${known}`) })}</b>
        <p className="text-ink-2">{t(`sources.advice.${advice.key}`)}</p>
        {onGo !== undefined && <GoTo advice={advice} dialect={detectedBy(test) ?? draft.dialect} onGo={onGo} />}
        {mayKeep && <p className="mt-1.5 text-[12px] text-ink-3">{t("sources.test.anyway")}</p>}
      </div>
    </div>
  );
}

function GoTo({ advice, dialect, onGo }: { advice: Advice; dialect: DialectName; onGo: (field: DraftField) => void }) {
  const { t } = useTranslation();
  const name = useFieldName();
  const { field } = advice;
  if (field === null) return null;
  return (
    <Button className="mt-1.5" onClick={() => onGo(field)}>
      {t("sources.test.go", { field: name(field, dialect) })}
    </Button>
  );
}
