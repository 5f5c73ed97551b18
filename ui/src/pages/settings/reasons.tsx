// Reasons that lie ready for rejections, in the order in which they are offered. The first two are buttons of notifications.

import { ArrowUp, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/parts";
import { useSettings } from "@/settings";
import { SavingError, SavingMark, useSaver } from "./row";

/** As many as the core takes, and as long. */
const MOST = 12;
const LONGEST = 200;
/** As many as a notification has room for. */
const ON_NOTIFICATIONS = 2;

export function Reasons() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const [fresh, setFresh] = useState(false);
  const reasons = settings.reject_reasons;
  const put = (next: readonly string[]) => void save({ reject_reasons: [...next] });
  const without = (at: number) => reasons.filter((_, place) => place !== at);
  const changed = (at: number, text: string) => put(text === "" ? without(at) : reasons.map((reason, place) => (place === at ? text : reason)));
  const first = (at: number) => put([...reasons.slice(0, at - 1), ...[reasons[at], reasons[at - 1]].flatMap((reason) => reason ?? []), ...reasons.slice(at + 1)]);
  return (
    <div className="mt-2 border-t border-line/55 px-4 pt-3">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-normal">{t("settings.reasons.title")}</h3>
          <p className="text-[12px] leading-snug text-ink-3">{t("settings.reasons.help")}</p>
        </div>
        <SavingMark saving={saving} />
        <Button icon={<Plus aria-hidden />} disabled={fresh || reasons.length >= MOST} onClick={() => setFresh(true)}>
          {t("settings.reasons.add")}
        </Button>
      </div>
      {(reasons.length > 0 || fresh) && (
        <ol aria-label={t("settings.reasons.title")} className="mt-1.5 rounded-md border border-line bg-panel">
          {reasons.map((reason, at) => (
            <Reason key={reason} text={reason} at={at} onChange={(text) => changed(at, text)} onUp={at === 0 ? undefined : () => first(at)} onRemove={() => put(without(at))} />
          ))}
          {fresh && (
            <Reason
              text=""
              at={reasons.length}
              onChange={(text) => {
                setFresh(false);
                if (text !== "") put([...reasons, text]);
              }}
              onRemove={() => setFresh(false)}
            />
          )}
        </ol>
      )}
      <SavingError saving={saving} />
    </div>
  );
}

function Reason({ text, at, onChange, onUp, onRemove }: { text: string; at: number; onChange: (text: string) => void; onUp?: () => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(text === "" ? "" : null);
  const commit = () => {
    if (typed === null) return;
    setTyped(null);
    if (text === "" || typed.trim() !== text) onChange(typed.trim());
  };
  return (
    <li className="flex items-center gap-1.5 border-b border-line/55 px-3 py-1.5 last:border-b-0">
      <input
        autoFocus={text === ""}
        aria-label={t("settings.reasons.one", { n: at + 1 })}
        placeholder={t("settings.reasons.placeholder")}
        maxLength={LONGEST}
        value={typed ?? text}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => (event.key === "Enter" ? commit() : event.key === "Escape" && (text === "" ? onRemove() : setTyped(null)))}
        className="h-[26px] min-w-0 flex-1 rounded-md border border-line-strong bg-surface px-2 placeholder:text-ink-3"
      />
      <span className="w-[104px] flex-none text-[12px] text-ink-3">{at < ON_NOTIFICATIONS && t("settings.reasons.button")}</span>
      <IconButton label={t("settings.reasons.up", { n: at + 1 })} disabled={onUp === undefined} onClick={onUp}>
        <ArrowUp aria-hidden />
      </IconButton>
      <IconButton label={t("settings.reasons.remove", { n: at + 1 })} onClick={onRemove}>
        <Trash2 aria-hidden />
      </IconButton>
    </li>
  );
}
