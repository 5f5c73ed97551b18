// Decisions about one or many requests, with a result per request. One for the whole window: what is under way, and what was refused, is the same
// wherever a request is shown. Before the first one a name is asked for, before a large one and before one that another has claimed whether it is meant, before one that several have
// passed on in whose name it is, before a rejection why, and what else the ERP needs. The core holds each
// for some seconds, in which it can be taken back (`undo.tsx`).

import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DecideResult } from "@/bindings/DecideResult";
import { useFormat } from "@/format";
import { useHost, useView } from "@/live";
import { toast } from "@/parts/notice";
import { useSettings } from "@/settings";
import { errorText, failureText } from "@/text";
import { asks } from "./ask";
import { AskDialog } from "./ask-dialog";
import { othersClaims } from "./claimed";
import { type Given, neededTo } from "./fields";
import { NameDialog } from "./name";
import { RejectDialog } from "./reject";
import { type Known, type Refusals, type Request, withResults } from "./results";
import { asksForWhom } from "./whom";

/** Told which requests were accepted, by key. */
export type Done = (keys: readonly string[]) => void;

export interface Decide extends Known {
  approve(requests: readonly Request[], onDone?: Done): void;
  /** Asks for the reason first. */
  reject(requests: readonly Request[], onDone?: Done): void;
  dismiss(key: string): void;
}

/** What a person is about to decide, and what is asked before. */
interface Plan {
  readonly requests: readonly Request[];
  readonly approve: boolean;
  readonly onDone: Done | undefined;
  readonly step: "name" | "ask" | "reject";
}

/** `accepted` is when the core had it; it counts until the core's own list has been read since. */
interface Sending {
  readonly approve: boolean;
  readonly accepted: number | null;
}

const NONE: readonly string[] = [];
const NOTHING: ReadonlyMap<string, Given> = new Map();

/** All that need nothing beside yes or no at once, the others each with what was given for it. */
async function decideEach(given: ReadonlyMap<string, Given>, keys: readonly string[], decide: (keys: string[], fields?: Given) => Promise<DecideResult[]>): Promise<readonly DecideResult[]> {
  const of = (key: string) => Object.keys(given.get(key) ?? {}).length > 0;
  const plain = keys.filter((key) => !of(key));
  const results = plain.length > 0 ? await decide(plain) : [];
  for (const key of keys.filter(of)) {
    try {
      results.push(...(await decide([key], given.get(key))));
    } catch (thrown) {
      // Those before it were accepted; this one says why it was not.
      results.push({ key, ok: false, error: errorText(thrown) });
    }
  }
  return results;
}

/** Those that several have passed on in the name that was said, the others as they are. */
async function decideInNames(asked: readonly Request[], keys: readonly string[], whom: string | null, decide: (keys: readonly string[], whom: string | null) => Promise<readonly DecideResult[]>): Promise<readonly DecideResult[]> {
  const some = asked.filter(asksForWhom).map((request) => request.key);
  const groups = [keys.filter((key) => !some.includes(key)), keys.filter((key) => some.includes(key))] as const;
  const own = groups[0].length > 0 ? await decide(groups[0], null) : [];
  if (groups[1].length === 0) return own;
  try {
    return [...own, ...(await decide(groups[1], whom))];
  } catch (thrown) {
    if (own.length === 0) throw thrown;
    // Those before were accepted; these say why they were not.
    return [...own, ...groups[1].map((key) => ({ key, ok: false, error: errorText(thrown) }))];
  }
}

/** What each of them said on the screen when it was decided. */
function versionsOf(requests: readonly Request[], keys: readonly string[]): Record<string, number> {
  return Object.fromEntries(requests.filter(({ key }) => keys.includes(key)).map(({ key, version }) => [key, version]));
}

export function useDecisions(): { readonly decide: Decide; readonly dialog: ReactNode } {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const { settings, save } = useSettings();
  const { data, at, refresh } = useView("decisions");
  const [under, setUnder] = useState<ReadonlyMap<string, Sending>>(new Map());
  const [refusals, setRefusals] = useState<Refusals>(new Map());
  const [plan, setPlan] = useState<Plan | null>(null);

  const send = useCallback(
    async ({ requests, approve, onDone }: Plan, reason: string | null, given: ReadonlyMap<string, Given>, whom: string | null) => {
      const keys = requests.map((each) => each.key);
      const only = requests.length === 1 ? requests[0] : undefined;
      const put = (keys: readonly string[], sending: Sending) => setUnder((before) => new Map([...before, ...keys.map((key) => [key, sending] as const)]));
      const drop = (keys: readonly string[]) => setUnder((before) => new Map([...before].filter(([key]) => !keys.includes(key))));
      put(keys, { approve, accepted: null });
      try {
        const results = await decideInNames(requests, keys, whom, (keys, on_behalf_of) =>
          decideEach(given, keys, (keys, fields) => host.call("decide", { keys, approve, reason, versions: versionsOf(requests, keys), ...(fields === undefined ? {} : { fields }), ...(on_behalf_of === null ? {} : { on_behalf_of }) })),
        );
        setRefusals((before) => withResults(before, results, approve));
        const ok = results.filter((each) => each.ok).map((each) => each.key);
        const bad = results.find((each) => !each.ok);
        if (bad !== undefined && only !== undefined) toast.error(t("frame.done.failedOne", { number: only.number, error: failureText(bad.error ?? "") }));
        else if (bad !== undefined) toast.error(t("approvals.bulkDone", { ok: format.integer(ok.length), bad: format.integer(results.length - ok.length) }));
        drop(keys.filter((key) => !ok.includes(key)));
        put(ok, { approve, accepted: Date.now() });
        onDone?.(ok);
      } catch (thrown) {
        // Nothing was accepted: each request says so, and may be tried again.
        const error = errorText(thrown);
        setRefusals((before) => withResults(before, keys.map((key) => ({ key, ok: false, error })), approve));
        drop(keys);
        toast.error(t("frame.done.failed", { error }));
      } finally {
        refresh();
      }
    },
    [format, host, refresh, t],
  );

  // A name is asked for once; what else is asked comes after it.
  const go = useCallback(
    (plan: Omit<Plan, "step">, named: boolean) => {
      if (!named) setPlan({ ...plan, step: "name" });
      else if (!plan.approve) setPlan({ ...plan, step: "reject" });
      else if (asks(plan.requests, settings) || plan.requests.some((request) => neededTo(request, true).length > 0 || asksForWhom(request)) || othersClaims(plan.requests).length > 0) setPlan({ ...plan, step: "ask" });
      else {
        setPlan(null);
        void send({ ...plan, step: "ask" }, null, NOTHING, null);
      }
    },
    [send, settings],
  );
  const begin = useCallback(
    (approve: boolean, requests: readonly Request[], onDone: Done | undefined) => {
      if (requests.length > 0) go({ requests, approve, onDone }, settings.user_name.trim() !== "");
    },
    [go, settings],
  );
  const close = () => setPlan(null);
  const run = (reason: string | null, given: ReadonlyMap<string, Given>, whom: string | null) => {
    close();
    if (plan !== null) void send(plan, reason, given, whom);
  };

  const sending = useMemo(() => new Map([...under].filter(([, { accepted }]) => accepted === null || at === null || at < accepted).map(([key, { approve }]) => [key, approve])), [under, at]);
  const waiting = useMemo(() => new Map((data?.waiting ?? []).map((each) => [each.key, each.decision])), [data]);
  const decide = useMemo<Decide>(
    () => ({
      sending,
      refusals,
      waiting,
      approve: (requests, onDone) => begin(true, requests, onDone),
      reject: (requests, onDone) => begin(false, requests, onDone),
      dismiss: (key) => setRefusals((before) => new Map([...before].filter(([each]) => each !== key))),
    }),
    [sending, refusals, waiting, begin],
  );
  return {
    decide,
    dialog:
      plan === null ? null : plan.step === "name" ? (
        <NameDialog
          onClose={close}
          onName={async (user_name) => {
            await save({ user_name });
            go(plan, true);
          }}
        />
      ) : plan.step === "ask" ? (
        <AskDialog requests={plan.requests} large={asks(plan.requests, settings)} onClose={close} onConfirm={(given, whom) => run(null, given, whom)} />
      ) : (
        <RejectDialog requests={plan.requests} ready={settings.reject_reasons} reasons={data?.reasons ?? NONE} onClose={close} onConfirm={run} />
      ),
  };
}
