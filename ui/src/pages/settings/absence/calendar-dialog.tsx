// The absences of a calendar file: which of them are passed on, to whom, and what became of each.

import { Check, LoaderCircle } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AbsenceView } from "@/bindings/AbsenceView";
import type { CalendarView } from "@/bindings/CalendarView";
import { useFormat, useToday } from "@/format";
import { useHost } from "@/live";
import { Button, Dialog } from "@/parts";
import { Tick } from "@/parts/tick";
import { errorText } from "@/text";
import { ALL } from "./kinds";
import { LeftOut } from "./left-out";
import { chosenAtFirst, spanText } from "./spans";
import { type Gateway, readToWhom, type ToWhom, ToWhomFields } from "./to-whom";

/** What became of one: on its way, made, or why not. */
type Result = { readonly kind: "sending" | "made" } | { readonly kind: "failed"; readonly why: string };

export function CalendarDialog({ calendar, gateways, onClose, onChanged }: { calendar: CalendarView; gateways: readonly [Gateway, ...Gateway[]]; onClose: () => void; onChanged: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const { absences } = calendar;
  const [chosen, setChosen] = useState(() => chosenAtFirst(absences));
  const [results, setResults] = useState<ReadonlyMap<number, Result>>(new Map());
  const [whom, setWhom] = useState<ToWhom>({ source: gateways[0].source, to: { id: "", name: "" }, types: ALL });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const open = [...chosen].filter((i) => results.get(i)?.kind !== "made").sort((a, b) => a - b);
  const made = [...results.values()].filter((each) => each.kind === "made").length;
  const toggle = (i: number) => setChosen((before) => new Set(before.has(i) ? [...before].filter((each) => each !== i) : [...before, i]));

  // One after the other; one that fails leaves the others alone.
  const submit = async () => {
    const order = readToWhom(whom);
    if (order === null || open.length === 0) return setTried(true);
    setBusy(true);
    const put = (i: number, result: Result) => setResults((before) => new Map(before).set(i, result));
    for (const i of open) {
      const absence = absences[i];
      if (absence === undefined) continue;
      put(i, { kind: "sending" });
      try {
        await host.call("delegate", { ...order, from: absence.from, until: absence.until });
        put(i, { kind: "made" });
      } catch (thrown) {
        put(i, { kind: "failed", why: errorText(thrown) });
      }
    }
    setBusy(false);
    onChanged();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width={620}
      tall
      title={t("absence.calendar.title")}
      footer={
        <>
          {made > 0 && (
            <span role="status" className="mr-auto self-center text-ink-2">
              {t("absence.calendar.made", { count: made, n: format.integer(made) })}
            </span>
          )}
          <Button onClick={onClose}>{made > 0 ? t("common.close") : t("common.cancel")}</Button>
          <Button look="primary" disabled={busy || open.length === 0} onClick={() => void submit()}>
            {t("absence.calendar.confirm", { count: open.length, n: format.integer(open.length) })}
          </Button>
        </>
      }
    >
      {absences.length === 0 ? (
        <p className="text-ink-2">{t("absence.calendar.none", { count: calendar.events, n: format.integer(calendar.events) })}</p>
      ) : (
        <>
          <p className="mb-2 text-ink-2">{t("absence.calendar.found", { count: calendar.absences_count, n: format.integer(calendar.absences_count), of: format.integer(calendar.events) })}</p>
          <ul aria-label={t("absence.calendar.title")} className="mb-3 max-h-[34vh] overflow-auto rounded-md border border-line">
            {absences.map((absence, i) => (
              <AbsenceRow key={i} absence={absence} chosen={chosen.has(i)} result={results.get(i) ?? null} locked={busy} onToggle={() => toggle(i)} />
            ))}
          </ul>
          {calendar.absences_count > absences.length && <p className="mb-3 text-[12px] text-ink-3">{t("absence.calendar.more", { n: format.integer(calendar.absences_count - absences.length) })}</p>}
          <ToWhomFields gateways={gateways} value={whom} tried={tried} onChange={setWhom} onSubmit={() => void submit()} />
        </>
      )}
      <LeftOut events={calendar.left_out} />
    </Dialog>
  );
}

function AbsenceRow({ absence, chosen, result, locked, onToggle }: { absence: AbsenceView; chosen: boolean; result: Result | null; locked: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const name = absence.summary === "" ? t("absence.calendar.unnamed") : absence.summary;
  const span = spanText(format, absence.from, absence.until, today);
  const made = result?.kind === "made";
  return (
    <li className="border-b border-line/55 px-2.5 py-1.5 last:border-b-0">
      <label className="flex items-center gap-2.5">
        {made ? <Check aria-label={t("absence.calendar.rowMade")} className="size-3.5 flex-none text-good" /> : result?.kind === "sending" ? <LoaderCircle aria-label={t("absence.calendar.rowSending")} className="size-3.5 flex-none text-ink-3" /> : <Tick label={`${name} ${span}`} checked={chosen} onChange={() => !locked && onToggle()} />}
        <span className="min-w-0 flex-1 truncate" title={name}>
          {name}
        </span>
        <span className="num flex-none text-ink-2">{span}</span>
      </label>
      {absence.taken_for_here !== null && <p className="pl-6 text-[12px] text-warn">{absence.taken_for_here === "" ? t("absence.calendar.noZone") : t("absence.calendar.unknownZone", { zone: absence.taken_for_here })}</p>}
      {result?.kind === "failed" && (
        <p role="alert" className="pl-6 text-[12px] text-crit">
          {result.why}
        </p>
      )}
    </li>
  );
}
