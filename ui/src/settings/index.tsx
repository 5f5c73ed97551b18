// What the user set, as the core keeps it. `save(patch)` says what is to be another; the core merges it into what holds, so that two
// changes at once both count, and its answer is what counts.
//
//   const { settings, save } = useSettings();
//   await save({ theme: "dark" });

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Hello } from "@/bindings/Hello";
import type { Settings } from "@/bindings/Settings";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import { isAbort } from "@/host";
import { useHost, useLive } from "@/live";

interface SettingsApi {
  readonly hello: Hello;
  readonly settings: Settings;
  save(patch: SettingsPatch): Promise<Settings>;
  /** Take settings that another command answered with (`start_demo`). */
  take(settings: Settings): void;
}

const Context = createContext<SettingsApi | null>(null);

export function SettingsProvider({ hello, children }: { hello: Hello; children: ReactNode }) {
  const host = useHost();
  const [settings, take] = useState(hello.settings);

  // Changed elsewhere (tray, another window): read them again.
  const version = useLive((live) => live.versions?.settings ?? null);
  const first = useRef<number | null>(null);
  useEffect(() => {
    if (version === null) return;
    const known = first.current;
    first.current = version;
    if (known === null || known === version) return;
    const stop = new AbortController();
    host
      .call("hello", {}, stop.signal)
      .then((answer) => take(answer.settings))
      .catch((thrown: unknown) => {
        // The next change of the version asks again; until then the settings on screen are the last good ones.
        if (!isAbort(thrown)) first.current = known;
      });
    return () => stop.abort();
  }, [host, version]);

  const api = useMemo<SettingsApi>(
    () => ({
      hello,
      settings,
      take,
      save: async (patch) => {
        const saved = await host.call("change_settings", { patch });
        take(saved);
        return saved;
      },
    }),
    [hello, host, settings],
  );
  return <Context value={api}>{children}</Context>;
}

export function useSettings(): SettingsApi {
  const api = useContext(Context);
  if (api === null) throw new Error("SettingsProvider is missing above this component.");
  return api;
}
