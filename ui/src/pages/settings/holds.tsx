// Legal holds: what is never let go, and why.

import { Lock, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Hold } from "@/bindings/Hold";
import { useFormat, useToday } from "@/format";
import { Button, Dialog } from "@/parts";
import { useSettings } from "@/settings";
import { joined } from "@/text";
import { SavingError, SavingMark, useSaver } from "./row";

const NOTHING: Hold = { why: "", channel: "", kind: "", subject: "", event: "", from: null, before: null };
const DAY = 86_400_000;
const TEXTS = [
  ["why", "holdWhy"],
  ["channel", "channel"],
  ["kind", "holdKind"],
  ["subject", "holdSubject"],
  ["event", "holdEvent"],
] as const;

export function Holds() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const [open, setOpen] = useState(false);
  const { keeping } = settings;
  const put = (holds: readonly Hold[]) => save({ keeping: { ...keeping, holds: [...holds] } });
  return (
    <div className="mt-3 border-t border-line/55 px-4 pt-3">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-normal">{t("keeping.holds")}</h3>
          <p className="text-[12px] leading-snug text-ink-3">{t("keeping.holdsHelp")}</p>
        </div>
        <SavingMark saving={saving} />
        <Button icon={<Plus aria-hidden />} onClick={() => setOpen(true)}>
          {t("keeping.holdAdd")}
        </Button>
      </div>
      {keeping.holds.length === 0 ? (
        <p className="pt-1 text-ink-3">{t("keeping.holdNone")}</p>
      ) : (
        <ul aria-label={t("keeping.holds")} className="mt-1.5 rounded-md border border-line bg-panel">
          {keeping.holds.map((hold, at) => (
            <Line key={`${at}:${hold.why}`} hold={hold} onEnd={() => void put(keeping.holds.filter((_, place) => place !== at))} />
          ))}
        </ul>
      )}
      <SavingError saving={saving} />
      {open && (
        <HoldDialog
          onClose={() => setOpen(false)}
          onSave={(hold) => {
            setOpen(false);
            void put([...keeping.holds, hold]);
          }}
        />
      )}
    </div>
  );
}

function Line({ hold, onEnd }: { hold: Hold; onEnd: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const from = hold.from === null ? null : format.dayMinute(hold.from, today);
  const before = hold.before === null ? null : format.dayMinute(hold.before - 1, today);
  const time = from === null && before === null ? null : `${from ?? "…"} – ${before ?? "…"}`;
  return (
    <li className="flex items-center gap-2.5 border-b border-line/55 px-3 py-1.5 last:border-b-0">
      <Lock aria-hidden className="size-3.5 flex-none text-ink-3" />
      <div className="min-w-0 flex-1">
        {hold.why !== "" && <div className="truncate">{hold.why}</div>}
        <div className="num truncate text-[12px] text-ink-2">{joined([hold.channel, hold.kind, hold.subject, hold.event, time].filter((part) => part !== "" && part !== null))}</div>
      </div>
      <Button look="ghost" onClick={onEnd}>
        {t("keeping.holdEnd")}
      </Button>
    </li>
  );
}

function HoldDialog({ onClose, onSave }: { onClose: () => void; onSave: (hold: Hold) => void }) {
  const { t } = useTranslation();
  const [hold, setHold] = useState(NOTHING);
  const says = [hold.channel, hold.kind, hold.subject, hold.event].some((text) => text.trim() !== "") || hold.from !== null || hold.before !== null;
  const input = "h-[26px] w-full rounded-md border border-line-strong bg-surface px-2 placeholder:text-ink-3";
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("keeping.holdTitle")}
      footer={
        <>
          <Button onClick={onClose}>{t("keeping.cancel")}</Button>
          <Button look="primary" disabled={!says} onClick={() => onSave(hold)}>
            {t("keeping.holdSave")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2.5">
        {TEXTS.map(([field, words]) => (
          <label key={field} className="grid grid-cols-[128px_1fr] items-center gap-3">
            <span className="text-ink-2">{t(`keeping.${words}`)}</span>
            <input value={hold[field]} placeholder={field === "why" ? t("keeping.holdWhyHint") : ""} onChange={(event) => setHold({ ...hold, [field]: event.target.value })} className={input} />
          </label>
        ))}
        <label className="grid grid-cols-[128px_1fr] items-center gap-3">
          <span className="text-ink-2">{t("keeping.holdFrom")}</span>
          <input type="date" onChange={(event) => setHold({ ...hold, from: midnight(event.target.value) })} className={input} />
        </label>
        <label className="grid grid-cols-[128px_1fr] items-center gap-3">
          <span className="text-ink-2">{t("keeping.holdBefore")}</span>
          <input type="date" onChange={(event) => setHold({ ...hold, before: after(midnight(event.target.value)) })} className={input} />
        </label>
        <p className="text-[12px] text-ink-3">{t("keeping.holdNothing")}</p>
      </div>
    </Dialog>
  );
}

/** The midnight here at which a day begins. */
function midnight(day: string): number | null {
  const at = new Date(`${day}T00:00`).getTime();
  return Number.isNaN(at) ? null : at;
}

/** The midnight after one. A day with a change of the clocks is longer or shorter. */
function after(at: number | null): number | null {
  return at === null ? null : new Date(at + DAY + DAY / 2).setHours(0, 0, 0, 0);
}
