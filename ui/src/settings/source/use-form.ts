// The form's state: what is typed, what is wrong with it, the try under way or made, and saving.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { DialectName } from "@/bindings/DialectName";
import type { SecretPlace } from "@/bindings/SecretPlace";
import type { Source } from "@/bindings/Source";
import type { SourceTest } from "@/bindings/SourceTest";
import { CommandError, isAbort } from "@/host";
import { useHost } from "@/live";
import { errorText } from "@/text";
import { useSettings } from "..";
import { detectedBy } from "./advice";
import { blankBeside, type Draft, type DraftField, draftOf, sameTry, sourceOf } from "./draft";
import { firstProblem, type Problem, type Problems, problemsOf } from "./problems";
import { useSecrets } from "./secrets";

/** A try: under way since a moment, or made of some draft. */
export type Try = { readonly kind: "none" } | { readonly kind: "running"; readonly since: number } | { readonly kind: "made"; readonly test: SourceTest; readonly of: Draft; readonly at: number } | { readonly kind: "failed"; readonly error: CommandError };

export interface SourceFormApi {
  readonly before: Source | null;
  readonly draft: Draft;
  readonly set: (patch: Partial<Draft>) => void;
  /** Leave a field: from now on it says what is wrong. */
  readonly leave: (field: DraftField) => void;
  /** What is wrong with a field, once it is time to say so. */
  readonly problem: (field: DraftField) => Problem | undefined;
  readonly problems: Problems;
  readonly dirty: boolean;
  /** Where the token that is kept for this source and address lies; `moved` when the address is another now. */
  readonly kept: SecretPlace | "moved";
  /** The same for the proxy's password: another proxy or user does not get it. */
  readonly keptProxy: SecretPlace | "moved";
  /** The kind of server as chosen or, left to be detected, as the last try found it. */
  readonly dialect: DialectName;
  readonly hasToken: boolean;
  readonly attempt: Try;
  /** The form is not what was tried. */
  readonly stale: boolean;
  readonly test: () => Promise<void>;
  readonly cancelTest: () => void;
  readonly saving: boolean;
  readonly error: string | null;
  /** The saved source; null when it could not be saved. */
  readonly save: () => Promise<Source | null>;
  /** Open the server's own sign-in page for the source, saved first where it is new or changed; null when that failed. */
  readonly signIn: () => Promise<Source | null>;
  /** Set by the view: brings a field into sight and gives it the focus. */
  readonly onWrong: React.RefObject<((field: DraftField) => void) | null>;
}

export function useSourceForm(before: Source | null, start: Partial<Draft> = {}): SourceFormApi {
  const host = useHost();
  const { settings, save: keep } = useSettings();
  const secrets = useSecrets();
  const [id] = useState(() => crypto.randomUUID());
  const [first] = useState<Draft>(() => ({ ...(before === null ? blankBeside(settings.sources) : draftOf(before)), ...start }));
  const [draft, setDraft] = useState(first);
  const [left, setLeft] = useState<ReadonlySet<DraftField>>(new Set());
  const [asked, setAsked] = useState(false);
  const [attempt, setAttempt] = useState<Try>({ kind: "none" });
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const stop = useRef<AbortController | null>(null);
  const onWrong = useRef<((field: DraftField) => void) | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const problems = useMemo(() => problemsOf(draft), [draft]);
  const set = useCallback((patch: Partial<Draft>) => {
    setDraft((was) => ({ ...was, ...patch }));
    setError(null);
  }, []);
  const leave = useCallback((field: DraftField) => setLeft((was) => (was.has(field) ? was : new Set([...was, field]))), []);
  const problem = (field: DraftField) => {
    const found = problems[field];
    // What was pasted is judged at once; a field that is still being typed in, and an empty one, are not.
    const due = asked || field === "token" || (left.has(field) && found?.key !== "urlEmpty" && found?.key !== "proxyEmpty");
    return due ? found : undefined;
  };
  const stopped = () => {
    const wrong = firstProblem(problems);
    setAsked(wrong !== null);
    if (wrong === null) return false;
    onWrong.current?.(wrong);
    return true;
  };

  const test = async () => {
    if (stopped()) return;
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    setAttempt({ kind: "running", since: Date.now() });
    try {
      const made = await host.call("test_source", { source: sourceOf(draft, before, id) }, mine.signal);
      if (!mine.signal.aborted) setAttempt({ kind: "made", test: made, of: draft, at: Date.now() });
    } catch (thrown) {
      if (!isAbort(thrown) && !mine.signal.aborted) setAttempt({ kind: "failed", error: CommandError.from(thrown) });
    }
  };
  const cancelTest = () => {
    stop.current?.abort();
    setAttempt({ kind: "none" });
  };
  const save = async () => {
    if (stopped()) return null;
    setSaving(true);
    setError(null);
    const source = sourceOf(draft, before, id);
    try {
      await keep({ sources: { [source.id]: source } });
      return source;
    } catch (thrown) {
      setError(errorText(thrown));
      return null;
    } finally {
      setSaving(false);
    }
  };

  const dirty = JSON.stringify(draft) !== JSON.stringify(first);
  const signIn = async () => {
    const source = before !== null && !dirty ? before : await save();
    if (source === null) return null;
    try {
      await host.call("login", { source: source.id });
      return source;
    } catch (thrown) {
      setError(errorText(thrown));
      return null;
    }
  };

  const known = before === null ? undefined : secrets?.[before.id];
  const place = known?.token ?? "none";
  const kept = place !== "none" && draft.url.trim() !== before?.url ? "moved" : place;
  const proxyPlace = known?.proxy_password ?? "none";
  const keptProxy = proxyPlace !== "none" && (draft.proxyUrl.trim() !== before?.proxy || draft.proxyUser.trim() !== before.proxy_user) ? "moved" : proxyPlace;
  const dialect = draft.dialect === "auto" && attempt.kind === "made" && attempt.of.url === draft.url ? (detectedBy(attempt.test) ?? "auto") : draft.dialect;
  return {
    before,
    draft,
    set,
    leave,
    problem,
    problems,
    dirty,
    kept,
    keptProxy,
    dialect,
    hasToken: draft.token.trim() !== "" || kept === "keychain" || kept === "file",
    attempt,
    stale: attempt.kind === "made" && !sameTry(attempt.of, draft),
    test,
    cancelTest,
    saving,
    error,
    save,
    signIn,
    onWrong,
  };
}
