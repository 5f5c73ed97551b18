// What would leave, as it would, without anything secret; and sending it once to see what the other side says.

import { CircleCheck, LoaderCircle, OctagonAlert, Send } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ActionPreview } from "@/bindings/ActionPreview";
import type { ActionTest } from "@/bindings/ActionTest";
import { useFormat, useToday } from "@/format";
import { Button, cx } from "@/parts";
import { errorText, failureText } from "@/text";
import { useKinds } from "@/text/kinds";
import { type Kind, kindOf } from "./kinds";
import type { ActionApi } from "./use-action";

export function Panel({ api }: { api: ActionApi }) {
  const { t } = useTranslation();
  const { look, tried } = api;
  const shown = look.kind === "shown";
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <section aria-label={t("outgoing.test")}>
        <div className="flex items-center gap-3">
          <p className="min-w-0 flex-1 text-[12px] leading-snug text-ink-3">{t("outgoing.testText")}</p>
          <Button icon={tried.kind === "running" ? <LoaderCircle aria-hidden /> : <Send aria-hidden />} disabled={!shown || tried.kind === "running"} onClick={() => void api.test()}>
            {tried.kind === "running" ? t("outgoing.testing") : t("outgoing.test")}
          </Button>
        </div>
        <div role="status">
          {tried.kind === "made" && <Outcome test={tried.test} stale={api.stale} />}
          {tried.kind === "failed" && <p className="mt-2 text-crit">{tried.why}</p>}
        </div>
      </section>
      <section aria-label={t("outgoing.preview")} className="min-w-0">
        <h3 className="min-h-[22px]">{t("outgoing.preview")}</h3>
        {shown ? (
          <Shown kind={kindOf(api.draft.action)} preview={look.preview} />
        ) : (
          <p className="text-[12px] leading-snug text-ink-3">
            {t("outgoing.previewWaits")}
            {look.kind === "refused" && look.error.at === null && <span className="mt-1 block text-ink-2">{errorText(look.error)}</span>}
          </p>
        )}
      </section>
    </div>
  );
}

function Outcome({ test, stale }: { test: ActionTest; stale: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const time = format.duration(test.ms);
  return (
    <div className="mt-2 flex gap-2">
      {test.ok ? <CircleCheck aria-hidden className="mt-px size-4 flex-none text-good" /> : <OctagonAlert aria-hidden className="mt-px size-4 flex-none text-crit" />}
      <div className="min-w-0">
        <b className={cx("num font-[560]", test.ok ? "text-good" : "text-crit")}>{t(test.ok ? "outgoing.testOk" : "outgoing.testFailed", { time })}</b>
        <p className="text-[12px] leading-snug break-words text-ink-2 select-text">{failureText(test.words)}</p>
        {!test.ok && <p className="text-[12px] leading-snug text-ink-3">{t(test.again ? "outgoing.testAgain" : "outgoing.testNever")}</p>}
        {stale && <p className="text-[12px] text-warn">{t("outgoing.testStale")}</p>}
      </div>
    </div>
  );
}

function Shown({ kind, preview }: { kind: Kind; preview: ActionPreview }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const known = useKinds()[preview.kind];
  const title = known === undefined ? preview.kind : i18n.language === "zh-CN" ? known.zh : known.en;
  const [head, body] = kind === "command" ? (["previewVars", "previewInput"] as const) : kind === "email" ? (["previewHeaders", "previewText"] as const) : (["previewHeaders", "previewBody"] as const);
  return (
    <div className="flex min-w-0 flex-col gap-2 text-[12px]">
      <p className="num text-ink-3">{preview.seq === null ? t("outgoing.previewExample") : t("outgoing.previewAt", { kind: title, time: format.dateTime(preview.at, today) })}</p>
      <p className="rounded-md border border-line bg-surface px-2.5 py-1.5 font-mono leading-snug break-all select-text">{preview.to}</p>
      <dl aria-label={t(`outgoing.${head}`)} className="rounded-md border border-line bg-surface px-2.5 py-1">
        {preview.headers.map((header) => (
          <div key={header.name} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-2 border-b border-line/55 py-0.5 last:border-b-0">
            <dt className="truncate font-mono text-ink-3" title={header.name}>
              {header.name}
            </dt>
            <dd className="font-mono break-words select-text">{header.value}</dd>
          </div>
        ))}
      </dl>
      <pre aria-label={t(`outgoing.${body}`)} tabIndex={0} className={cx("max-h-[320px] overflow-auto rounded-md border border-line bg-surface px-2.5 py-1.5 leading-snug whitespace-pre-wrap select-text", kind === "email" ? "font-sans" : "font-mono")}>
        {preview.body}
      </pre>
    </div>
  );
}
