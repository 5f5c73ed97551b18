// What a rule would have done, asked while it is written: a moment after the last change, and only of what is a rule.

import { useEffect, useState } from "react";
import type { Backtest } from "@/bindings/Backtest";
import type { RuleDocument } from "@/bindings/RuleDocument";
import type { RuleFaultView } from "@/bindings/RuleFaultView";
import { useHost } from "@/live";
import { errorText } from "@/text";

/** After the last key, ms. */
const PAUSE = 350;

export interface Tried {
  /** What was asked about. */
  readonly of: RuleDocument | null;
  readonly fault: RuleFaultView | null;
  readonly result: Backtest | null;
  readonly error: string | null;
  readonly busy: boolean;
}

const NOTHING: Tried = { of: null, fault: null, result: null, error: null, busy: false };

export function useBacktest(id: string, document: RuleDocument, days: number): Tried {
  const host = useHost();
  const [tried, setTried] = useState<Tried>(NOTHING);
  useEffect(() => {
    let over = false;
    if (document.when.trim() === "") return;
    const timer = setTimeout(async () => {
      // A title is asked for at the end; without one a rule can be tried all the same.
      const named = { ...document, title: document.title.zh === "" && document.title.en === "" ? { zh: "?", en: "?" } : document.title };
      try {
        const fault = await host.call("check_rule", { id, document: named });
        if (over) return;
        if (fault !== null) return setTried({ of: document, fault, result: null, error: null, busy: false });
        setTried((before) => ({ ...before, of: document, fault: null, error: null, busy: true }));
        const result = await host.call("backtest", { id, document: named, days });
        if (!over) setTried({ of: document, fault: null, result, error: null, busy: false });
      } catch (thrown) {
        if (!over) setTried({ of: document, fault: null, result: null, error: errorText(thrown), busy: false });
      }
    }, PAUSE);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [host, id, document, days]);
  return document.when.trim() === "" ? NOTHING : tried;
}
