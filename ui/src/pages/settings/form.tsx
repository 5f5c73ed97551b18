// A source, new or known. It is tried in the open, step by step, and may be kept whatever came of that: Watchdeck keeps trying.

import { Check, LoaderCircle, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Source } from "@/bindings/Source";
import type { SourceTest } from "@/bindings/SourceTest";
import { useFormat } from "@/format";
import { CommandError } from "@/host";
import { useHost } from "@/live";
import { Button, cx, Dialog } from "@/parts";
import { useSettings } from "@/settings";
import { BLANK, type Draft, draftOf, isSocketUrl, sourceOf, tokenHint, withSource } from "./draft";
import { Choices } from "./row";

const STEPS = ["address", "connect", "sign_in", "subscribe"] as const;
const FIELD = "h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 placeholder:text-ink-3";

export function SourceForm({ before, onClose }: { before: Source | null; onClose: () => void }) {
  const { t } = useTranslation();
  const host = useHost();
  const { settings, save } = useSettings();
  const [id] = useState(() => crypto.randomUUID());
  const [draft, setDraft] = useState<Draft>(before === null ? BLANK : draftOf(before));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState<"test" | "save" | null>(null);
  const [test, setTest] = useState<SourceTest | null>(null);
  const [error, setError] = useState<string | null>(null);
  const good = isSocketUrl(draft.url.trim());
  const set = (patch: Partial<Draft>) => {
    setDraft((was) => ({ ...was, ...patch }));
    setTest(null);
    setError(null);
  };
  const guarded = async (what: "test" | "save", work: (source: Source) => Promise<void>) => {
    setTried(true);
    if (!good) return;
    setBusy(what);
    setError(null);
    try {
      await work(sourceOf(draft, before, id));
    } catch (thrown) {
      setError(CommandError.from(thrown).message);
    }
    setBusy(null);
  };
  const tryIt = () =>
    guarded("test", async (source) => {
      setTest(null);
      setTest(await host.call("test_source", { source }));
    });
  const keep = () =>
    guarded("save", async (source) => {
      await save({ sources: withSource(settings.sources, source) });
      onClose();
    });
  const form = useId();
  return (
    <Dialog
      open
      onClose={onClose}
      width={520}
      title={before === null ? t("settings.form.addTitle") : t("settings.form.editTitle", { name: before.name })}
      footer={
        <>
          <Button className="mr-auto" disabled={busy !== null} onClick={() => void tryIt()}>
            {busy === "test" ? t("settings.form.testing") : t("settings.form.test")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" form={form} disabled={busy !== null}>
            {t("settings.form.save")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void keep();
        }}
      >
        <Field label={t("settings.form.url")} error={tried && !good ? t("settings.form.urlBad") : undefined}>
          <input autoFocus value={draft.url} spellCheck={false} autoComplete="off" placeholder={t("frame.first.urlPlaceholder")} aria-invalid={tried && !good} onChange={(event) => set({ url: event.target.value })} className={FIELD} />
        </Field>
        <Field label={t("settings.form.name")}>
          <input value={draft.name} autoComplete="off" placeholder={t("frame.first.namePlaceholder")} onChange={(event) => set({ name: event.target.value })} className={FIELD} />
        </Field>
        <div className="flex flex-col gap-1">
          <span className="text-ink-2">{t("settings.form.dialect")}</span>
          <span className="flex">
            <Choices
              label={t("settings.form.dialect")}
              value={draft.dialect}
              options={[
                { id: "native", label: t("settings.sources.native") },
                { id: "erp", label: t("settings.sources.erp") },
              ]}
              onChange={(dialect) => set({ dialect })}
            />
          </span>
          <span className="text-[12px] text-ink-3">{draft.dialect === "native" ? t("frame.first.nativeHelp") : t("frame.first.erpHelp")}</span>
        </div>
        <div className="grid grid-cols-2 gap-3">
          <Field label={draft.dialect === "native" ? t("settings.form.token") : t("settings.form.cookie")} help={t(`settings.form.${tokenHint(draft, before)}`)}>
            <input type="password" autoComplete="new-password" value={draft.token} onChange={(event) => set({ token: event.target.value })} className={FIELD} />
          </Field>
          <Field label={t("settings.form.channels")} help={t("settings.form.channelsHelp")}>
            <input value={draft.channels} spellCheck={false} autoComplete="off" onChange={(event) => set({ channels: event.target.value })} className={cx(FIELD, "font-mono text-[12px]")} />
          </Field>
        </div>
        {(busy === "test" || test !== null) && <Steps test={test} />}
        {error !== null && (
          <p role="alert" className="text-crit">
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}

function Field({ label, help, error, children }: { label: string; help?: string; error?: string; children: ReactNode }) {
  return (
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-ink-2">{label}</span>
      {children}
      {help !== undefined && <span className="text-[12px] leading-snug text-ink-3">{help}</span>}
      {error !== undefined && (
        <span role="alert" className="text-crit">
          {error}
        </span>
      )}
    </label>
  );
}

function Steps({ test }: { test: SourceTest | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = (step: string) => {
    const known = STEPS.find((each) => each === step);
    return known === undefined ? step : t(`frame.first.step.${known}`);
  };
  const stopped = test?.steps.findLast((step) => !step.ok);
  return (
    <div role="status" className="rounded-md border border-line bg-surface px-3 py-2">
      {test === null && (
        <span className="flex items-center gap-2 text-ink-2">
          <LoaderCircle aria-hidden className="size-3.5 animate-spin" />
          {t("settings.form.testing")}
        </span>
      )}
      {test?.steps.map((step) => (
        <div key={step.step} className="grid min-h-6 grid-cols-[16px_84px_1fr_auto] items-center gap-2">
          {step.ok ? <Check aria-hidden className="size-3.5 text-good" /> : <X aria-hidden className="size-3.5 text-crit" />}
          <span className={step.ok ? undefined : "text-crit"}>{name(step.step)}</span>
          <span className="min-w-0 break-words text-ink-2">{step.detail}</span>
          <span className="num text-ink-3">{format.duration(step.ms)}</span>
        </div>
      ))}
      {test !== null && <p className={cx("mt-1", test.ok ? "text-good" : "text-ink-2")}>{test.ok ? t("settings.form.testOk") : t("settings.form.testBad", { step: name(stopped?.step ?? "") })}</p>}
    </div>
  );
}
