// The dead letters that are meant: fetched when what is meant or their number changes, a page at a time; the last good answer stays beside an error.

import { useCallback, useEffect, useState } from "react";
import type { LettersView } from "@/bindings/LettersView";
import { isAbort } from "@/host";
import { useHost } from "@/live";
import { errorText } from "@/text";

/** Letters of one page. */
const PAGE = 100;

export interface LettersState {
  readonly view: LettersView | null;
  readonly error: string | null;
  readonly more: () => void;
  readonly refresh: () => void;
}

/** `version` changes when there may be others. */
export function useLetters(handler: string | null, filter: string, version: string): LettersState {
  const host = useHost();
  const [view, setView] = useState<LettersView | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const failed = useCallback((thrown: unknown) => !isAbort(thrown) && setError(errorText(thrown)), []);
  useEffect(() => {
    const stop = new AbortController();
    host
      .call("letters", { handler, filter, before: null, limit: PAGE }, stop.signal)
      .then((answer) => (setView(answer), setError(null)))
      .catch(failed);
    return () => stop.abort();
  }, [host, handler, filter, version, turn, failed]);
  const next = view?.next ?? null;
  const more = useCallback(() => {
    if (next === null) return;
    host
      .call("letters", { handler, filter, before: next, limit: PAGE })
      .then((answer) => setView((before) => (before?.next === next ? { ...answer, letters: [...before.letters, ...answer.letters] } : before)))
      .catch(failed);
  }, [host, handler, filter, next, failed]);
  return { view, error, more, refresh: useCallback(() => setTurn((n) => n + 1), []) };
}
