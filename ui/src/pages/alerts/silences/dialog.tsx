// Something is kept quiet: which alerts, why, and until when. What that would hide is shown before it does.

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SilencePreview } from "@/bindings/SilencePreview";
import { coreNow, minutesUntilMorning, useFormat, useToday } from "@/format";
import { useHost } from "@/live";
import { Button, Dialog, Line, SeverityMark } from "@/parts";
import { Choices } from "@/parts/choices";
import { toast } from "@/parts/notice";
import { useAlertText } from "@/rules";
import { useSettings } from "@/settings";
import { errorText, joined } from "@/text";
import { Field, INPUT } from "../rule/fields";
import { nameFor } from "../rule/draft";
import type { Silencing } from "./during";

const PAUSE = 300;
const MINUTE = 60_000;
const SPANS = ["hour", "shift", "morning", "until"] as const;
type Span = (typeof SPANS)[number];

/** `2026-11-27T08:30` here, for a field of date and time. */
function local(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}

export function SilenceDialog({ given, onClose }: { given: Silencing; onClose: () => void }) {
  const { t } = useTranslation();
  const host = useHost();
  const format = useFormat();
  const today = useToday();
  const words = useAlertText();
  const { settings, save } = useSettings();
  const [filter, setFilter] = useState(given.filter);
  const [author, setAuthor] = useState(settings.user_name);
  const [reason, setReason] = useState(given.reason ?? "");
  const [span, setSpan] = useState<Span>(given.until === undefined ? "hour" : "until");
  const [from, setFrom] = useState(() => (given.from === undefined || given.from <= coreNow() ? "" : local(given.from)));
  const [until, setUntil] = useState(() => local(given.until ?? coreNow() + 240 * MINUTE));
  const [seen, setSeen] = useState<{ of: string; preview: SilencePreview | null; error: string | null } | null>(null);
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    if (filter.trim() === "") return;
    const timer = setTimeout(async () => {
      try {
        const preview = await host.call("preview_silence", { filter });
        if (!over) setSeen({ of: filter, preview, error: null });
      } catch (thrown) {
        if (!over) setSeen({ of: filter, preview: null, error: errorText(thrown) });
      }
    }, PAUSE);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [host, filter]);
  const shown = filter.trim() === "" ? null : seen;
  const begins = from === "" ? coreNow() : new Date(from).getTime();
  const ends = { hour: begins + 60 * MINUTE, shift: begins + 480 * MINUTE, morning: begins + minutesUntilMorning(begins) * MINUTE, until: new Date(until).getTime() }[span];
  const ready = filter.trim() !== "" && author.trim() !== "" && reason.trim() !== "" && ends > begins && shown?.error == null;
  const submit = async () => {
    setAsked(true);
    if (!ready) return;
    setBusy(true);
    setError(null);
    try {
      const name = nameFor(reason, Object.keys(settings.silences));
      await save({ silences: { [name]: { filter, author, reason, from: Math.min(begins, ends - 1), until: ends } } });
      toast(t("alerts.silence.done", { time: format.dateTime(ends, today) }));
      onClose();
    } catch (thrown) {
      setError(errorText(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width={620}
      title={t("alerts.silence.new")}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" disabled={busy} onClick={() => void submit()}>
            {t("alerts.silence.confirm")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={t("alerts.silence.which")} note={t("alerts.silence.whichNote")} wrong={shown?.of === filter && shown.error !== null ? shown.error : asked && filter.trim() === "" ? t("alerts.silence.whichNeeded") : null}>
          {(props) => <input {...props} autoFocus={given.filter === ""} value={filter} spellCheck={false} onChange={(event) => setFilter(event.target.value)} className={`${INPUT} font-mono text-[12.5px]`} />}
        </Field>
        <div className="grid grid-cols-[1fr_200px] gap-3">
          <Field label={t("alerts.silence.reason")} wrong={asked && reason.trim() === "" ? t("alerts.silence.reasonNeeded") : null}>
            {(props) => <input {...props} autoFocus={given.filter !== ""} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} className={INPUT} />}
          </Field>
          <Field label={t("alerts.silence.author")} wrong={asked && author.trim() === "" ? t("alerts.silence.authorNeeded") : null}>
            {(props) => <input {...props} value={author} maxLength={64} onChange={(event) => setAuthor(event.target.value)} className={INPUT} />}
          </Field>
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <Choices label={t("alerts.silence.howLong")} value={span} options={SPANS.map((id) => ({ id, label: t(`alerts.silence.span.${id}`) }))} onChange={setSpan} />
          {span === "until" && <input type="datetime-local" aria-label={t("alerts.silence.until")} value={until} onChange={(event) => setUntil(event.target.value)} className={`${INPUT} num !w-[200px]`} />}
          <span className="num text-ink-3">{t("alerts.silence.ends", { time: format.dateTime(ends, today) })}</span>
        </div>
        <Field label={t("alerts.silence.from")} note={t("alerts.silence.fromNote")}>
          {(props) => <input {...props} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} className={`${INPUT} num !w-[200px]`} />}
        </Field>
        {asked && ends <= begins && (
          <p role="alert" className="text-crit">
            {t("alerts.silence.endsBefore")}
          </p>
        )}
        <section aria-label={t("alerts.silence.preview")} className="rounded-md border border-line bg-surface">
          <p className="px-3 py-2">
            {shown?.preview == null ? <span className="text-ink-3">{t("alerts.silence.previewNone")}</span> : <b className="font-[580]">{t("alerts.silence.hides", { now: format.integer(shown.preview.now), before: format.integer(shown.preview.before) })}</b>}
          </p>
          {shown?.preview != null && shown.preview.alerts.length > 0 && (
            <ul className="max-h-[200px] overflow-y-auto border-t border-line">
              {shown.preview.alerts.map((alert) => {
                const text = words({ ...alert, count: 1 });
                return (
                  <li key={`${alert.id}@${alert.first_at}`} className="grid h-8 grid-cols-[20px_minmax(0,1fr)_auto] items-center gap-x-2 border-b border-line/55 px-3 last:border-b-0">
                    <SeverityMark severity={alert.severity} word={false} />
                    <Line parts={[text.title, ...text.parts.map((part) => <span key={part} className="text-ink-2">{part}</span>)]} title={joined([text.title, ...text.parts])} />
                    <span className="num text-ink-3">{format.dateTime(alert.last_at, today)}</span>
                  </li>
                );
              })}
            </ul>
          )}
        </section>
        {error !== null && (
          <p role="alert" className="text-crit">
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}
