// The answer to what was typed last. It carries its question: an answer to another one is never taken for it.

import { useEffect, useState } from "react";
import { isAbort } from "@/host";

export interface Answered<T> {
  readonly of: string;
  /** Null where there is none to be had. */
  readonly answer: T | null;
}

/** Asks once the question stands still for `pause` ms; null before the first answer. `ask` has to stay the same. */
export function useAnswer<T>(question: string, pause: number, ask: (question: string, signal: AbortSignal) => Promise<T>): Answered<T> | null {
  const [state, setState] = useState<Answered<T> | null>(null);
  useEffect(() => {
    if (question === "") return;
    const stop = new AbortController();
    const told = (answer: T | null) => !stop.signal.aborted && setState({ of: question, answer });
    const timer = setTimeout(() => {
      ask(question, stop.signal).then(told, (thrown: unknown) => !isAbort(thrown) && told(null));
    }, pause);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [question, pause, ask]);
  return question === "" ? null : state;
}
