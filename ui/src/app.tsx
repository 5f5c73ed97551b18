// From the first answer of the core to the frame: settings, language, theme, catalogue; the two doors while no source is set up.

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ActionsProvider } from "@/act";
import type { Hello } from "@/bindings/Hello";
import { Frame } from "@/frame";
import { FirstStart } from "@/frame/first-start";
import { CommandError, type Host, isAbort } from "@/host";
import { LiveProvider, useHost, useLive } from "@/live";
import { pauseBefore, sleep } from "@/live/follow";
import { ErrorState, TooltipProvider } from "@/parts";
import { SettingsProvider, useSettings } from "@/settings";
import { changeLanguage, languageFor } from "@/text";
import { setKinds } from "@/text/kinds";
import { useTheme } from "@/theme/theme";

export function App({ host }: { host: Host }) {
  return (
    <LiveProvider host={host}>
      <Start />
    </LiveProvider>
  );
}

/** Ask until the core answers; say so while it does not. */
function Start() {
  const host = useHost();
  const [hello, setHello] = useState<Hello | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const [attempt, setAttempt] = useState(1);
  useEffect(() => {
    const stop = new AbortController();
    void (async () => {
      try {
        const answer = await host.call("hello", {}, stop.signal);
        setError(null);
        setHello(answer);
      } catch (thrown) {
        if (isAbort(thrown)) return;
        setError(CommandError.from(thrown));
        await sleep(pauseBefore(attempt), stop.signal);
        if (!stop.signal.aborted) setAttempt(attempt + 1);
      }
    })();
    return () => stop.abort();
  }, [host, attempt]);

  useTheme(hello?.settings.theme ?? "system");
  if (hello !== null) {
    return (
      <SettingsProvider hello={hello}>
        <Window />
      </SettingsProvider>
    );
  }
  return error === null ? null : (
    <main className="flex h-full">
      <ErrorState error={error} onRetry={() => setAttempt(attempt + 1)} />
    </main>
  );
}

function Window() {
  const host = useHost();
  const { hello, settings } = useSettings();
  const { i18n } = useTranslation();
  useTheme(settings.theme);
  const lang = languageFor(settings.language, [hello.system_language, ...navigator.languages]);
  useEffect(() => changeLanguage(lang), [lang, i18n]);
  const packs = useLive((live) => live.versions?.packs ?? null);
  useEffect(() => {
    const stop = new AbortController();
    // Without the catalogue, kinds are shown as published; the next start asks again, and so does a change of the packs.
    host.call("catalogue", {}, stop.signal).then(setKinds, () => undefined);
    return () => stop.abort();
  }, [host, packs]);
  return (
    <TooltipProvider>
      <ActionsProvider>{settings.sources.length > 0 ? <Frame /> : <Sourceless />}</ActionsProvider>
    </TooltipProvider>
  );
}

/** Without a source: the two doors, unless there are events of earlier ones to read. */
function Sourceless() {
  const starting = useLive((live) => live.core.kind === "starting");
  const stored = useLive((live) => (live.frame?.events_stored ?? 0) > 0);
  if (starting) return null;
  return stored ? <Frame /> : <FirstStart />;
}
