// People who take each other's place, by the day or the week: whom a rule can escalate to. Who has the turn now the core says.

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Rotation } from "@/bindings/Rotation";
import type { TurnView } from "@/bindings/TurnView";
import { coreNow, useFormat, useToday } from "@/format";
import { useView } from "@/live";
import { Button, IconButton } from "@/parts";
import { Choices } from "@/parts/choices";
import { useSettings } from "@/settings";
import { SavingError, SavingMark, useSaver } from "./row";

/** As many as the core takes. */
const MOST = 20;
const EVERY = ["week", "day"] as const satisfies readonly Rotation["every"][];
const BOX = "h-[26px] rounded-md border border-line-strong bg-surface px-2 placeholder:text-ink-3";

/** `2026-11-27` here. */
function dayOf(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

export function Turns() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const { data } = useView("alerts");
  const names = Object.keys(settings.rotations).sort();
  const put = (name: string, rotation: Partial<Rotation> | null) => void save({ rotations: { [name]: rotation } });
  const add = () => {
    const called = t("settings.turns.fresh");
    const free = [called, ...Array.from({ length: MOST }, (_, n) => `${called} ${String(n + 2)}`)].find((name) => !names.includes(name));
    if (free !== undefined) put(free, { people: settings.user_name === "" ? [] : [settings.user_name], every: "week", begins: dayOf(coreNow()), hand_over: "09:00" });
  };
  return (
    <div className="mt-3 border-t border-line/55 px-4 pt-3">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-normal">{t("settings.turns.title")}</h3>
          <p className="text-[12px] leading-snug text-ink-3">{t("settings.turns.help")}</p>
        </div>
        <SavingMark saving={saving} />
        <Button icon={<Plus aria-hidden />} disabled={names.length >= MOST} onClick={add}>
          {t("settings.turns.add")}
        </Button>
      </div>
      {names.length > 0 && (
        <ul aria-label={t("settings.turns.title")} className="mt-1.5 rounded-md border border-line bg-panel">
          {names.map((name) => {
            const rotation = settings.rotations[name];
            return rotation === undefined ? null : (
              <Row key={name} name={name} rotation={rotation} turn={data?.turns.find((turn) => turn.rotation === name) ?? null} onChange={(part) => put(name, part)} onRename={(other) => void save({ rotations: { [name]: null, [other]: rotation } })} />
            );
          })}
        </ul>
      )}
      <SavingError saving={saving} />
    </div>
  );
}

function Row({ name, rotation, turn, onChange, onRename }: { name: string; rotation: Rotation; turn: TurnView | null; onChange: (part: Partial<Rotation> | null) => void; onRename: (name: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const people = (text: string) => {
    const named = text.split(/[,，、;；]/u).map((person) => person.trim()).filter((person) => person !== "");
    if (named.join("\n") !== rotation.people.join("\n")) onChange({ people: named });
  };
  return (
    <li className="border-b border-line/55 px-3 py-2 last:border-b-0">
      <div className="flex flex-wrap items-center gap-2">
        <Text label={t("settings.turns.name", { name })} value={name} className="w-[140px]" onSave={(text) => text !== "" && onRename(text)} />
        <Text label={t("settings.turns.people", { name })} value={rotation.people.join(t("settings.turns.comma"))} placeholder={t("settings.turns.peoplePlaceholder")} className="min-w-[160px] flex-1" onSave={people} />
        <IconButton label={t("settings.turns.remove", { name })} onClick={() => onChange(null)}>
          <Trash2 aria-hidden />
        </IconButton>
      </div>
      <div className="mt-1.5 flex flex-wrap items-center gap-2">
        <Choices label={t("settings.turns.every", { name })} value={rotation.every} options={EVERY.map((id) => ({ id, label: t(`settings.turns.each.${id}`) }))} onChange={(every) => onChange({ every })} />
        <span className="text-[12px] text-ink-3">{t("settings.turns.from")}</span>
        <input type="date" aria-label={t("settings.turns.begins", { name })} value={rotation.begins} onChange={(event) => event.target.value !== "" && onChange({ begins: event.target.value })} className={`${BOX} num w-[132px]`} />
        <input type="time" aria-label={t("settings.turns.handOver", { name })} value={rotation.hand_over} onChange={(event) => event.target.value !== "" && onChange({ hand_over: event.target.value.slice(0, 5) })} className={`${BOX} num w-[124px]`} />
      </div>
      <p role="status" className="num mt-1 text-[12px] text-ink-2">
        {turn === null ? t("settings.turns.nobody") : t("settings.turns.now", { who: turn.person, time: format.dayMinute(turn.until, today), next: turn.next })}
      </p>
    </li>
  );
}

/** A text that is saved when one leaves it or presses Enter. */
function Text({ label, value, placeholder, className, onSave }: { label: string; value: string; placeholder?: string; className: string; onSave: (text: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    if (typed !== null && typed.trim() !== value) onSave(typed.trim());
    setTyped(null);
  };
  return (
    <input
      aria-label={label}
      value={typed ?? value}
      placeholder={placeholder}
      maxLength={2_000}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => (event.key === "Enter" && !event.nativeEvent.isComposing ? commit() : event.key === "Escape" ? setTyped(null) : undefined)}
      className={`${BOX} ${className}`}
    />
  );
}
