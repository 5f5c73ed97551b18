// The form's state: what is typed, what would leave, what came of a test, and saving. The core checks and shows; nothing is decided here.

import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ActionPreview } from "@/bindings/ActionPreview";
import type { ActionTest } from "@/bindings/ActionTest";
import type { Hook } from "@/bindings/Hook";
import type { SecretPlace } from "@/bindings/SecretPlace";
import { CommandError, isAbort } from "@/host";
import { useHost, useLive } from "@/live";
import { useSettings } from "@/settings";
import { errorText } from "@/text";
import { kindOf, samePlace } from "./kinds";

/** After this long without a key what is typed is looked at, ms. */
const SETTLED = 300;

export type Look = { readonly kind: "waits" } | { readonly kind: "shown"; readonly preview: ActionPreview; readonly of: string } | { readonly kind: "refused"; readonly error: CommandError; readonly of: string };
export type Tried = { readonly kind: "none" } | { readonly kind: "running" } | { readonly kind: "made"; readonly test: ActionTest; readonly of: string } | { readonly kind: "failed"; readonly why: string };

/** As it is saved: without what only typing leaves behind. */
function tidy(hook: Hook): Hook {
  const { action, ...rest } = hook;
  const plain = { ...rest, name: hook.name.trim(), filter: hook.filter.trim() };
  switch (action.kind) {
    case "webhook":
    case "robot":
      return { ...plain, action: { ...action, url: action.url.trim() } };
    case "email":
      return { ...plain, action: { ...action, server: action.server.trim(), user: action.user.trim(), from: action.from.trim(), to: action.to.map((to) => to.trim()).filter((to) => to !== ""), ca_file: action.ca_file.trim() } };
    case "command":
      return { ...plain, action: { ...action, program: action.program.trim(), args: action.args.filter((arg, i) => arg !== "" || i < action.args.length - 1) } };
  }
}

export function useAction(before: Hook, isNew: boolean) {
  const { t } = useTranslation();
  const host = useHost();
  const { save } = useSettings();
  const [draft, setDraft] = useState(before);
  const [look, setLook] = useState<Look>({ kind: "waits" });
  const [tried, setTried] = useState<Tried>({ kind: "none" });
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const place = useSecretPlace(before.id, isNew);

  const ready = useMemo(() => tidy(draft), [draft]);
  // Without a name it can be looked at and tried all the same.
  const named = useMemo<Hook>(() => ({ ...ready, name: ready.name || t(`outgoing.kind.${kindOf(ready.action)}`) }), [ready, t]);
  const of = useMemo(() => JSON.stringify(named), [named]);

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      host.call("preview_action", { action: named }, stop.signal).then(
        (preview) => {
          if (!stop.signal.aborted) setLook({ kind: "shown", preview, of });
        },
        (thrown: unknown) => {
          if (!stop.signal.aborted && !isAbort(thrown)) setLook({ kind: "refused", error: thrown instanceof CommandError ? thrown : new CommandError("internal", String(thrown)), of });
        },
      );
    }, SETTLED);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [host, named, of]);

  return {
    draft,
    set: (patch: Partial<Hook>) => {
      setDraft((held) => ({ ...held, ...patch }));
      setError(null);
    },
    dirty: JSON.stringify(draft) !== JSON.stringify(before),
    look,
    /** What the look is of is not what is typed by now. */
    stale: tried.kind === "made" && tried.of !== of,
    /** Where the secret that is kept lies; `moved`: it is not for where this goes now. */
    kept: place === "none" ? null : samePlace(before.action, ready.action) ? place : ("moved" as const),
    tried,
    test: async () => {
      setTried({ kind: "running" });
      try {
        setTried({ kind: "made", test: await host.call("test_action", { action: named }), of });
      } catch (thrown) {
        setTried({ kind: "failed", why: errorText(thrown) });
      }
    },
    error,
    busy,
    save: async () => {
      setBusy(true);
      try {
        await save({ hooks: { [ready.id]: ready } });
        return true;
      } catch (thrown) {
        setError(errorText(thrown));
        setBusy(false);
        return false;
      }
    },
  };
}

export type ActionApi = ReturnType<typeof useAction>;

/** Where the secret of an action is kept; what it is is never told. */
function useSecretPlace(id: string, isNew: boolean): SecretPlace {
  const host = useHost();
  const version = useLive((live) => live.versions?.settings ?? null);
  const [place, setPlace] = useState<SecretPlace>("none");
  useEffect(() => {
    if (isNew) return;
    const stop = new AbortController();
    host.call("action_secrets", {}, stop.signal).then(
      (places) => {
        if (!stop.signal.aborted) setPlace(places[id] ?? "none");
      },
      () => undefined,
    );
    return () => stop.abort();
  }, [host, id, isNew, version]);
  return place;
}
