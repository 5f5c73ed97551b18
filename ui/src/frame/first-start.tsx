// The first start: two doors. Nothing is guessed; the connection is tried in the open, step by step, before it is kept.

import { Check, LoaderCircle, Play, PlugZap, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DialectName } from "@/bindings/DialectName";
import type { Source } from "@/bindings/Source";
import type { SourceTest } from "@/bindings/SourceTest";
import { useFormat } from "@/format";
import { CommandError } from "@/host";
import { useHost } from "@/live";
import { Button, cx } from "@/parts";
import { useSettings } from "@/settings";

const STEPS = ["address", "connect", "sign_in", "subscribe"] as const;

/** Whether a server may be dialled at `url`. Pure. */
export function isSocketUrl(url: string): boolean {
  return URL.canParse(url) && /^wss?:\/\/[^/]/i.test(url);
}

export function FirstStart() {
  const { t } = useTranslation();
  return (
    <main className="h-full overflow-auto">
      <div className="mx-auto flex min-h-full max-w-[880px] flex-col justify-center px-8 py-10">
        <span aria-hidden className="mb-5 grid size-9 place-items-center rounded-lg bg-accent">
          <span className="size-3.5 rounded-full bg-surface" />
        </span>
        <h1 className="!text-[26px] leading-tight !font-[620] tracking-[-0.02em]">{t("frame.first.title")}</h1>
        <p className="mt-1.5 max-w-[62ch] text-[14px] text-ink-2">{t("frame.first.lead")}</p>
        <div className="mt-8 grid grid-cols-[5fr_7fr] border border-line bg-panel rounded-md max-[760px]:grid-cols-1">
          <Demo />
          <Connect />
        </div>
      </div>
    </main>
  );
}

function Demo() {
  const { t } = useTranslation();
  const host = useHost();
  const { take } = useSettings();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      take(await host.call("start_demo", {}));
    } catch (thrown) {
      setError(CommandError.from(thrown).message);
      setBusy(false);
    }
  };
  return (
    <section className="flex flex-col border-line p-6 min-[760px]:border-r max-[760px]:border-b">
      <Play aria-hidden className="size-5 text-accent" strokeWidth={1.6} />
      <h2 className="mt-3 !text-[15px]">{t("frame.first.demoTitle")}</h2>
      <p className="mt-1 text-ink-2">{t("frame.first.demoText")}</p>
      <div className="mt-auto pt-6">
        <Button look="primary" className="h-8 px-4" disabled={busy} onClick={start}>
          {t("frame.first.demoStart")}
        </Button>
        {error !== null && (
          <p role="alert" className="mt-2 text-crit">
            {error}
          </p>
        )}
      </div>
    </section>
  );
}

function Connect() {
  const { t } = useTranslation();
  const host = useHost();
  const { settings, save } = useSettings();
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [dialect, setDialect] = useState<DialectName>("native");
  const [token, setToken] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [test, setTest] = useState<SourceTest | null>(null);
  const [error, setError] = useState<string | null>(null);

  const good = isSocketUrl(url.trim());
  const source = (): Source => ({
    id: crypto.randomUUID(),
    name: name.trim() === "" ? new URL(url.trim()).host : name.trim(),
    url: url.trim(),
    dialect,
    channels: [],
    token: token === "" ? null : token,
    paused: false,
    demo: false,
  });
  const guarded = async (work: () => Promise<void>) => {
    setTried(true);
    if (!good) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(CommandError.from(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  const tryIt = () => guarded(async () => setTest(await host.call("test_source", { source: source() })));
  const keep = () =>
    guarded(async () => {
      await save({ sources: [...settings.sources, source()] });
    });
  const changed = <T,>(set: (value: T) => void) => (value: T) => {
    setTest(null);
    set(value);
  };

  return (
    <section className="p-6">
      <PlugZap aria-hidden className="size-5 text-accent" strokeWidth={1.6} />
      <h2 className="mt-3 !text-[15px]">{t("frame.first.connectTitle")}</h2>
      <p className="mt-1 text-ink-2">{t("frame.first.connectText")}</p>
      <form
        className="mt-4 flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void (test?.ok ? keep() : tryIt());
        }}
      >
        <Field label={t("frame.first.url")} error={tried && !good ? t("frame.first.urlBad") : undefined}>
          <input required value={url} spellCheck={false} autoComplete="off" placeholder={t("frame.first.urlPlaceholder")} onChange={(event) => changed(setUrl)(event.target.value)} className={FIELD} />
        </Field>
        <fieldset className="grid grid-cols-2 gap-2">
          <legend className="mb-1 text-ink-2">{t("frame.first.dialect")}</legend>
          <Choice on={dialect === "native"} onChoose={() => changed(setDialect)("native")} title={t("frame.first.native")} text={t("frame.first.nativeHelp")} />
          <Choice on={dialect === "erp"} onChoose={() => changed(setDialect)("erp")} title={t("frame.first.erp")} text={t("frame.first.erpHelp")} />
        </fieldset>
        <div className="grid grid-cols-2 gap-2">
          <Field label={t("frame.first.name")}>
            <input value={name} placeholder={t("frame.first.namePlaceholder")} onChange={(event) => setName(event.target.value)} className={FIELD} />
          </Field>
          <Field label={dialect === "native" ? t("frame.first.token") : t("frame.first.tokenCookie")} help={t("frame.first.tokenHelp")}>
            <input type="password" autoComplete="off" value={token} onChange={(event) => changed(setToken)(event.target.value)} className={FIELD} />
          </Field>
        </div>
        {(busy || test !== null) && <Steps test={test} busy={busy} />}
        {error !== null && (
          <p role="alert" className="text-crit">
            {error}
          </p>
        )}
        <div className="flex gap-2 pt-1">
          <Button type="submit" look={test?.ok ? "primary" : "plain"} className="h-8 px-4" disabled={busy}>
            {busy ? t("frame.first.testing") : test?.ok ? t("frame.first.connect") : t("frame.first.test")}
          </Button>
          {test !== null && !test.ok && (
            <Button look="ghost" className="h-8" disabled={busy} onClick={keep}>
              {t("frame.first.connectAnyway")}
            </Button>
          )}
        </div>
      </form>
    </section>
  );
}

const FIELD = "h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 placeholder:text-ink-3";

function Field({ label, help, error, children }: { label: string; help?: string; error?: string; children: ReactNode }) {
  return (
    <label className="flex min-w-0 flex-col gap-1">
      <span className="flex items-baseline gap-2 text-ink-2">
        {label}
        {help !== undefined && <span className="truncate text-[11px] text-ink-3">{help}</span>}
      </span>
      {children}
      {error !== undefined && (
        <span role="alert" className="text-crit">
          {error}
        </span>
      )}
    </label>
  );
}

function Choice({ on, onChoose, title, text }: { on: boolean; onChoose: () => void; title: string; text: string }) {
  return (
    <label className={cx("flex flex-col rounded-md border px-2.5 py-2 has-focus-visible:outline-2 has-focus-visible:outline-accent", on ? "border-accent bg-accent-soft" : "border-line-strong hover:bg-raised")}>
      <span className="flex items-center gap-2 font-[540]">
        <input type="radio" name="dialect" checked={on} onChange={onChoose} className="accent-accent" />
        {title}
      </span>
      <span className="mt-0.5 text-[12px] leading-snug text-ink-2">{text}</span>
    </label>
  );
}

function Steps({ test, busy }: { test: SourceTest | null; busy: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const stepName = (step: string) => {
    const known = STEPS.find((name) => name === step);
    return known === undefined ? step : t(`frame.first.step.${known}`);
  };
  const stopped = test?.steps.findLast((step) => !step.ok);
  return (
    <div role="status" className="rounded-md border border-line bg-surface px-3 py-2">
      {busy && test === null && (
        <span className="flex items-center gap-2 text-ink-2">
          <LoaderCircle aria-hidden className="size-3.5 animate-spin" />
          {t("frame.first.testing")}
        </span>
      )}
      {test?.steps.map((step) => (
        <div key={step.step} className="grid min-h-6 grid-cols-[16px_88px_1fr_auto] items-baseline gap-2">
          {step.ok ? <Check aria-hidden className="size-3.5 self-center text-good" /> : <X aria-hidden className="size-3.5 self-center text-crit" />}
          <span className={step.ok ? undefined : "text-crit"}>{stepName(step.step)}</span>
          <span className="min-w-0 break-words text-ink-2">{step.detail}</span>
          <span className="num text-ink-3">{format.duration(step.ms)}</span>
        </div>
      ))}
      {test !== null && <p className={cx("mt-1", test.ok ? "text-good" : "text-ink-2")}>{test.ok ? t("frame.first.testOk") : t("frame.first.testFailed", { step: stepName(stopped?.step ?? "") })}</p>}
    </div>
  );
}
