// The first start: two doors. Nothing is guessed; the connection is tried in the open, step by step, before it is kept.

import { Play, PlugZap } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useHost } from "@/live";
import { Button, cx } from "@/parts";
import { go } from "@/route";
import { useSettings } from "@/settings";
import { isSocketUrl, meantAddress, SourceForm, SourceFormFooter, useFormId, useSourceForm } from "@/settings/source";
import { errorText } from "@/text";

export function FirstStart() {
  const { t } = useTranslation();
  const [url, setUrl] = useState("");
  const [trying, setTrying] = useState(false);
  return (
    <main className="h-full overflow-auto">
      <div className={cx("mx-auto flex min-h-full flex-col justify-center px-8 py-10", trying ? "max-w-[1000px] !py-6" : "max-w-[880px]")}>
        <span aria-hidden className="mb-4 grid size-9 place-items-center rounded-lg bg-accent">
          <span className="size-3.5 rounded-full bg-surface" />
        </span>
        <h1 className="!text-[26px] leading-tight !font-[620] tracking-[-0.02em]">{t("frame.first.title")}</h1>
        {!trying && <p className="mt-1.5 max-w-[62ch] text-[14px] text-ink-2">{t("frame.first.lead")}</p>}
        <div className={trying ? "mt-4" : "mt-8"}>
          {trying ? (
            <NewSource url={url.trim()} onBack={() => setTrying(false)} />
          ) : (
            <div className="grid grid-cols-[5fr_7fr] rounded-md border border-line bg-panel max-[760px]:grid-cols-1">
              <Demo />
              <Connect url={url} onUrl={setUrl} onGo={() => setTrying(true)} />
            </div>
          )}
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
      setError(errorText(thrown));
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

/** The door asks for no more than the address; behind it stands the whole form, with the first try under way. */
function Connect({ url, onUrl, onGo }: { url: string; onUrl: (url: string) => void; onGo: () => void }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const id = useId();
  const typed = url.trim();
  const wrong = asked && !isSocketUrl(typed);
  const meant = wrong ? meantAddress(typed) : null;
  return (
    <section className="flex flex-col p-6">
      <PlugZap aria-hidden className="size-5 text-accent" strokeWidth={1.6} />
      <h2 className="mt-3 !text-[15px]">{t("frame.first.connectTitle")}</h2>
      <p className="mt-1 text-ink-2">{t("frame.first.connectText")}</p>
      <form
        noValidate
        className="mt-auto pt-6"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (isSocketUrl(typed)) onGo();
        }}
      >
        <div className="mb-1 flex min-h-[22px] items-center justify-between gap-3">
          <label htmlFor={id} className="flex-none text-ink-2">
            {t("sources.form.url")}
          </label>
          <span role="alert" id={`${id}-wrong`} className="flex min-w-0 items-center gap-2 text-[12px] text-crit">
            {wrong && <span>{typed === "" ? t("sources.problem.urlEmpty") : t("sources.problem.urlScheme")}</span>}
            {meant !== null && (
              <button type="button" title={meant} onClick={() => onUrl(meant)} className="max-w-[180px] truncate rounded border border-line-strong px-1.5 text-ink hover:bg-raised">
                {t("sources.problem.repair", { shown: meant })}
              </button>
            )}
          </span>
        </div>
        <div className="flex gap-2">
          <input
            id={id}
            value={url}
            spellCheck={false}
            autoComplete="off"
            placeholder={t("sources.form.urlPlaceholder")}
            aria-invalid={wrong}
            aria-describedby={`${id}-wrong`}
            onChange={(event) => onUrl(event.target.value)}
            className={cx("h-8 w-full min-w-0 rounded-md border bg-surface px-2.5 placeholder:text-ink-3", wrong ? "border-crit" : "border-line-strong")}
          />
          <Button type="submit" className="h-8 px-4">
            {t("sources.test.run")}
          </Button>
        </div>
      </form>
    </section>
  );
}

/** The same form as in the settings. Once it is saved the window itself takes over. */
function NewSource({ url, onBack }: { url: string; onBack: () => void }) {
  const { t } = useTranslation();
  const api = useSourceForm(null, { url });
  const form = useFormId();
  return (
    <section aria-label={t("frame.first.connectTitle")} className="rounded-md border border-line bg-panel">
      <h2 className="border-b border-line px-5 py-3 !text-[15px]">{t("frame.first.connectTitle")}</h2>
      <div className="p-5">
        <SourceForm id={form} api={api} tryNow focus="token" onSaved={() => undefined} onSignIn={(source) => go("settings", { source: source.id, login: "window" })} />
      </div>
      <div className="sticky bottom-0 flex justify-end gap-2 rounded-b-md border-t border-line bg-panel px-5 py-3">
        <SourceFormFooter form={form} api={api} onCancel={onBack} cancelLabel={t("frame.first.back")} saveLabel={t("frame.first.connect")} leaving={false} onStay={onBack} onLeave={onBack} />
      </div>
    </section>
  );
}
