// Signing in again, where the server turned us away: its own words, the sign-in window or the field for a new token, a real try before it is stored,
// and then the state itself, which turns without a reload.

import { AppWindow, CircleCheck, KeyRound } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LinkState } from "@/bindings/LinkState";
import type { Source } from "@/bindings/Source";
import type { SourceTest } from "@/bindings/SourceTest";
import { dialectOf, isSpoken } from "@/dialects";
import { useHost, useLive } from "@/live";
import { Button, cx, Dialog, linkTone, StateDot, toneInk, Ticking } from "@/parts";
import { errorText, useLinkText } from "@/text";
import { useSettings } from "..";
import { adviceOnWords } from "./advice";
import { draftOf } from "./draft";
import { readSecret } from "./secret";
import { useSecrets } from "./secrets";
import { Outcome, Steps } from "./test-panel";
import { TokenField } from "./token-field";

type Phase = { readonly kind: "asking" } | { readonly kind: "window" } | { readonly kind: "trying" } | { readonly kind: "refused"; readonly test: SourceTest } | { readonly kind: "kept" } | { readonly kind: "failed"; readonly why: string };

/** Whether events come, or will without a person. */
function isIn(state: LinkState | undefined): boolean {
  return state !== undefined && (state.kind === "live" || state.kind === "partly" || state.kind === "unconfirmed" || state.kind === "catching_up" || state.kind === "polling");
}

export function SignInDialog({ source, windowOpen = false, onClose, onEdit }: { source: Source; windowOpen?: boolean; onClose: () => void; onEdit: () => void }) {
  const { t } = useTranslation();
  const host = useHost();
  const { hello } = useSettings();
  const secrets = useSecrets();
  const state = useLive((live) => live.frame?.sources.find((each) => each.id === source.id)?.state);
  const spoken = useLive((live) => live.frame?.sources.find((each) => each.id === source.id)?.dialect ?? "");
  const [phase, setPhase] = useState<Phase>({ kind: windowOpen ? "window" : "asking" });
  const [token, setToken] = useState("");
  const [asked, setAsked] = useState(false);
  const form = useId();
  const field = `${form}-token`;
  const done = isIn(state) && phase.kind !== "trying" && phase.kind !== "refused";
  const finish = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (done) finish.current?.focus();
  }, [done]);

  const secret = readSecret(token);
  const problem = secret.found === "missing" ? ({ key: "cookieMissing" } as const) : asked && secret.value === "" ? ({ key: "tokenEmpty" } as const) : undefined;
  const guarded = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (thrown) {
      setPhase({ kind: "failed", why: errorText(thrown) });
    }
  };
  const store = () =>
    guarded(async () => {
      await host.call("set_token", { source: source.id, token: secret.value });
      setPhase({ kind: "kept" });
    });
  const tryIt = () =>
    guarded(async () => {
      setAsked(true);
      if (secret.value === "") return document.getElementById(field)?.focus();
      setPhase({ kind: "trying" });
      const test = await host.call("test_source", { source: { ...source, token: secret.value } });
      if (test.ok) await store();
      else setPhase({ kind: "refused", test });
    });
  const openWindow = () =>
    guarded(async () => {
      await host.call("login", { source: source.id });
      setPhase({ kind: "window" });
    });
  // A kind that was detected has a better hint than “whichever the server uses”.
  const dialect = source.dialect === "auto" && isSpoken(spoken) ? spoken : source.dialect;
  const hasWindow = hello.login_window && dialectOf(dialect).signInPage;
  const busy = phase.kind === "trying" || phase.kind === "kept";

  return (
    <Dialog
      open
      onClose={onClose}
      width={520}
      title={t("sources.login.title", { name: source.name })}
      footer={
        done ? (
          <Button ref={finish} look="primary" onClick={onClose}>
            {t("sources.login.done")}
          </Button>
        ) : (
          <>
            <Button look="ghost" className="mr-auto -ml-2.5" onClick={onEdit}>
              {t("sources.login.edit")}
            </Button>
            {phase.kind !== "refused" && (
              <Button disabled={busy} onClick={() => void guarded(() => host.call("reconnect", { source: source.id }).then(() => undefined))}>
                {t("sources.reconnect")}
              </Button>
            )}
            {phase.kind === "refused" && <Button onClick={() => void store()}>{t("sources.login.keepAnyway")}</Button>}
            <Button look={hasWindow && token === "" ? "plain" : "primary"} type="submit" form={form} disabled={busy}>
              {phase.kind === "trying" ? t("sources.login.trying") : t("sources.login.save")}
            </Button>
          </>
        )
      }
    >
      <form
        id={form}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void tryIt();
        }}
      >
        <Standing state={state} done={done} phase={phase} />
        {!done && hasWindow && (
          <div>
            <Button look="primary" autoFocus icon={<AppWindow aria-hidden />} onClick={() => void openWindow()}>
              {phase.kind === "window" ? t("sources.login.openAgain") : t("sources.form.window")}
            </Button>
            <p className="mt-1.5 text-[12px] leading-snug text-ink-3">{phase.kind === "window" ? t("sources.login.waiting") : t("sources.form.windowHelp")}</p>
            <p className="mt-4 border-t border-line pt-3 text-ink-2">{t("sources.login.or")}</p>
          </div>
        )}
        {!done && (
          <TokenField
            id={field}
            autoFocus={!hasWindow}
            dialect={dialect}
            replacing
            value={token}
            kept={secrets?.[source.id]?.token ?? "none"}
            problem={problem}
            onChange={(text) => {
              setToken(text);
              setAsked(false);
              if (phase.kind === "refused" || phase.kind === "failed") setPhase({ kind: "asking" });
            }}
          />
        )}
        {phase.kind === "refused" && !done && (
          <div role="status">
            <Steps test={phase.test} draft={draftOf(source)} running={false} />
            <Outcome test={phase.test} draft={draftOf(source)} hasToken mayKeep={false} />
          </div>
        )}
        {phase.kind === "failed" && (
          <p role="alert" className="text-crit">
            {phase.why}
          </p>
        )}
      </form>
    </Dialog>
  );
}

/** What the server said and what the link does now: the same box before and after. */
function Standing({ state, done, phase }: { state: LinkState | undefined; done: boolean; phase: Phase }) {
  const { t } = useTranslation();
  const linkText = useLinkText();
  const away = state !== undefined && (state.kind === "needs_login" || state.kind === "refused") && phase.kind !== "kept" ? state : null;
  const advice = away === null ? null : adviceOnWords(away.detail);
  return (
    <div role="status" className={cx("flex min-h-[66px] gap-2.5 rounded-md px-3 py-2.5", done ? "bg-good-soft" : away !== null ? "bg-crit-soft" : "bg-raised")}>
      {done ? <CircleCheck aria-hidden className="mt-px size-4 flex-none text-good" /> : <KeyRound aria-hidden className={cx("mt-px size-4 flex-none", away === null ? "text-ink-2" : "text-crit")} />}
      <div className="min-w-0">
        {done ? (
          <p className="font-[540] text-good">{t("sources.login.connected")}</p>
        ) : away !== null ? (
          <>
            <p className="font-[540] text-crit">{t("sources.login.needed")}</p>
            <p className="break-words">{away.detail === "" ? t("sources.saysNothing") : t("sources.says", { words: away.detail })}</p>
            {advice !== null && <p className="text-ink-2">{t(`sources.advice.${advice.key}`)}</p>}
          </>
        ) : (
          phase.kind === "kept" && <p className="font-[540]">{t("sources.login.kept")}</p>
        )}
        {state !== undefined && away === null && (
          <p className="num flex items-center gap-2 text-ink-2">
            <StateDot tone={linkTone(state)} />
            <span className={toneInk(linkTone(state))}><Ticking text={(now) => linkText(state, now)} /></span>
          </p>
        )}
      </div>
    </div>
  );
}
