// How long requests of each type may wait, and when one is reminded of them.

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovalTimes } from "@/bindings/ApprovalTimes";
import { Button, IconButton, Menu } from "@/parts";
import { useSettings } from "@/settings";
import { OTHERS, TYPES } from "@/settings/source/erp-pages";
import { useWord } from "@/text";
import { SavingError, SavingMark, useSaver } from "./row";

/** What a new line begins with. */
const FRESH: ApprovalTimes = { deadline_minutes: 240, remind_minutes: 30 };

export function Times() {
  const { t } = useTranslation();
  const word = useWord();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const known = Object.keys(settings.approval_times);
  // All others come last: they are what is left.
  const types = [...known.filter((type) => type !== OTHERS).sort(), ...known.filter((type) => type === OTHERS)];
  const called = (type: string) => (type === OTHERS ? t("settings.times.others") : word("resourceType", type));
  const put = (type: string, times: Partial<ApprovalTimes> | null) => void save({ approval_times: { [type]: times } });
  const left = TYPES.filter((type) => !known.includes(type));
  return (
    <div className="mt-2 border-t border-line/55 px-4 pt-3">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-normal">{t("settings.times.title")}</h3>
          <p className="text-[12px] leading-snug text-ink-3">{t("settings.times.help")}</p>
        </div>
        <SavingMark saving={saving} />
        <Menu
          align="end"
          label={t("settings.times.type")}
          trigger={
            <Button icon={<Plus aria-hidden />} disabled={left.length === 0}>
              {t("settings.times.add")}
            </Button>
          }
          items={left.map((type) => ({ id: type, label: called(type), onSelect: () => put(type, FRESH) }))}
        />
      </div>
      {types.length > 0 && (
        <ul aria-label={t("settings.times.title")} className="mt-1.5 rounded-md border border-line bg-panel">
          {types.map((type) => {
            const times = settings.approval_times[type];
            return (
              <li key={type} className="flex items-center gap-3 border-b border-line/55 px-3 py-1.5 last:border-b-0">
                <span className="min-w-0 flex-1 truncate" title={type === OTHERS ? undefined : type}>
                  {called(type)}
                </span>
                <Minutes name={t("settings.times.deadline")} label={`${called(type)}: ${t("settings.times.deadline")}`} none={t("settings.times.noDeadline")} value={times?.deadline_minutes ?? null} onChange={(deadline_minutes) => put(type, { deadline_minutes })} />
                <Minutes name={t("settings.times.remind")} label={`${called(type)}: ${t("settings.times.remind")}`} none={t("settings.times.noReminder")} value={times?.remind_minutes ?? null} onChange={(remind_minutes) => put(type, { remind_minutes })} />
                <IconButton label={t("settings.times.remove", { type: called(type) })} onClick={() => put(type, null)}>
                  <Trash2 aria-hidden />
                </IconButton>
              </li>
            );
          })}
        </ul>
      )}
      <SavingError saving={saving} />
    </div>
  );
}

/** A whole number of minutes, or nothing. */
function Minutes({ name, label, none, value, onChange }: { name: string; label: string; /** What an empty box means. */ none: string; value: number | null; onChange: (minutes: number | null) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    if (typed === null) return;
    const text = typed.normalize("NFKC").replace(/[,\s]/g, "");
    setTyped(null);
    if (text === "" && value !== null) onChange(null);
    else if (/^\d{1,6}$/.test(text) && Number(text) > 0 && Number(text) !== value) onChange(Number(text));
  };
  return (
    <span className="flex items-center gap-1.5">
      <span className="text-[12px] text-ink-3">{name}</span>
      <input
        aria-label={label}
        inputMode="numeric"
        value={typed ?? (value === null ? "" : String(value))}
        placeholder={none}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => (event.key === "Enter" ? commit() : event.key === "Escape" ? setTyped(null) : undefined)}
        className="num h-[26px] w-[76px] rounded-md border border-line-strong bg-surface px-2 text-right placeholder:text-ink-3"
      />
      <span className="text-[12px] text-ink-3">{t("rules.unit.minutes")}</span>
    </span>
  );
}
