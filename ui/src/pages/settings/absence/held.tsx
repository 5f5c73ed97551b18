// What one gateway holds: whom the user has passed decisions to, and who has passed theirs to the user. A gateway that says nothing is never an empty list.

import { RefreshCw, UserCheck, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DelegationView } from "@/bindings/DelegationView";
import type { SourceDelegations } from "@/bindings/SourceDelegations";
import { useClock, useFormat, useToday } from "@/format";
import { Button, SourceName } from "@/parts";
import { failureText, joined } from "@/text";
import { useKindsText } from "./kinds";
import { endText, spanText } from "./spans";

interface HeldProps {
  readonly held: SourceDelegations;
  /** There are several: each says whose it is. */
  readonly named: boolean;
  readonly busy: boolean;
  readonly ending: ReadonlySet<string>;
  readonly onEnd: (one: DelegationView) => void;
  readonly onRetry: () => void;
}

export function Held({ held: { source, name, held }, named, busy, ending, onEnd, onRetry }: HeldProps) {
  const { t } = useTranslation();
  const lines = held.kind === "known" ? [...held.given, ...held.received] : [];
  return (
    <section aria-label={name}>
      {named && (
        <h3 className="px-4 pt-2 pb-1 font-normal text-ink-2">
          <SourceName id={source} />
        </h3>
      )}
      {held.kind === "unknown" && (
        <div role="status" className="mx-4 flex items-center gap-3 rounded-md border border-line bg-warn-soft px-3 py-1.5">
          <p className="min-w-0 flex-1">
            <span className="text-warn">{t("absence.unknown")}</span> <span className="text-ink-2">{failureText(held.why)}</span>
          </p>
          <Button look="ghost" icon={<RefreshCw aria-hidden />} disabled={busy} onClick={onRetry}>
            {t("common.retry")}
          </Button>
        </div>
      )}
      {held.kind === "known" && lines.length === 0 && <p className="px-4 text-ink-3">{t("absence.none")}</p>}
      {held.kind === "known" && lines.length > 0 && (
        <ul aria-label={t("absence.list", { source: name })} className="mx-4 rounded-md border border-line bg-panel">
          {held.given.map((one) => (
            <Line key={one.id} one={one} given ending={ending.has(one.id)} onEnd={() => onEnd(one)} />
          ))}
          {held.received.map((one) => (
            <Line key={one.id} one={one} given={false} ending={false} onEnd={() => undefined} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** The sources that keep no delegations, by the reason. */
export function KeepNone({ sources }: { sources: readonly SourceDelegations[] }) {
  const reasons = new Map<string, string[]>();
  for (const { source, held } of sources) if (held.kind === "nothing") reasons.set(held.why, [...(reasons.get(held.why) ?? []), source]);
  return [...reasons].map(([why, ids]) => (
    <p key={why} className="px-4 pt-2 text-ink-3">
      {ids.map((id) => (
        <span key={id} className="mr-3 inline-block text-ink-2">
          <SourceName id={id} />
        </span>
      ))}
      {failureText(why)}
    </p>
  ));
}

function Line({ one, given, ending, onEnd }: { one: DelegationView; given: boolean; ending: boolean; onEnd: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const kinds = useKindsText();
  const today = useToday();
  const stage = useClock((now) => (now < one.from ? "later" : now < one.until ? "now" : "over"));
  const left = useClock((now) => (now < one.from ? format.relative(one.from, now) : null));
  const person = given ? one.to : one.giver;
  const who = person.name === "" ? person.id : person.name;
  const until = endText(format, one.until, today);
  const text = stage === "over" ? t(given ? "absence.gaveOver" : "absence.receivedOver", { who }) : stage === "now" ? t(given ? "absence.gives" : "absence.receives", { who, until }) : t(given ? "absence.willGive" : "absence.willReceive", { who });
  const Icon = given ? UserCheck : UserRound;
  return (
    <li className="flex min-h-11 items-center gap-3 border-b border-line/55 px-3 py-1.5 last:border-b-0">
      <Icon aria-hidden className={stage === "now" ? "size-4 flex-none text-accent" : "size-4 flex-none text-ink-3"} />
      <div className="min-w-0 flex-1">
        <p className="truncate" title={`${text} (${person.id})`}>
          {text}
        </p>
        <p className="num truncate text-[12px] text-ink-3">{joined([spanText(format, one.from, one.until, today), left, kinds(one.types)])}</p>
      </div>
      {given && (
        <Button look="ghost" disabled={ending} aria-label={t("absence.endOne", { who })} onClick={onEnd}>
          {t("absence.end")}
        </Button>
      )}
    </li>
  );
}
