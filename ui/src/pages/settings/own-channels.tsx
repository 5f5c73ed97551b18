// Channels that are kept longer or shorter than the others.

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { KeepChannel } from "@/bindings/KeepChannel";
import { Button, cx, IconButton } from "@/parts";
import { useSettings } from "@/settings";
import { SavingError, SavingMark, useSaver } from "./row";

const INPUT = "h-[26px] rounded-md border border-line-strong bg-surface px-2 placeholder:text-ink-3";

export function OwnChannels() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const { keeping } = settings;
  const [fresh, setFresh] = useState(false);
  const put = (channels: readonly KeepChannel[]) => save({ keeping: { ...keeping, channels: [...channels] } });
  const changed = (at: number, own: KeepChannel) => void put(keeping.channels.map((each, place) => (place === at ? own : each)));
  return (
    <div className="mt-2 border-t border-line/55 px-4 pt-3">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-normal">{t("keeping.own")}</h3>
          <p className="text-[12px] leading-snug text-ink-3">{t("keeping.ownHelp")}</p>
        </div>
        <SavingMark saving={saving} />
        <Button icon={<Plus aria-hidden />} disabled={fresh} onClick={() => setFresh(true)}>
          {t("keeping.ownAdd")}
        </Button>
      </div>
      {(keeping.channels.length > 0 || fresh) && (
        <ul className="mt-1.5 rounded-md border border-line bg-panel">
          {keeping.channels.map((own, at) => (
            <Own key={own.channel} own={own} onChange={(next) => changed(at, next)} onRemove={() => void put(keeping.channels.filter((_, place) => place !== at))} />
          ))}
          {fresh && (
            <Own
              own={{ channel: "", days: keeping.days, gigabytes: keeping.gigabytes }}
              onChange={(own) => {
                if (own.channel.trim() === "") return;
                setFresh(false);
                void put([...keeping.channels.filter((each) => each.channel !== own.channel.trim()), { ...own, channel: own.channel.trim() }]);
              }}
              onRemove={() => setFresh(false)}
            />
          )}
        </ul>
      )}
      <SavingError saving={saving} />
    </div>
  );
}

function Own({ own, onChange, onRemove }: { own: KeepChannel; onChange: (own: KeepChannel) => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const [channel, setChannel] = useState(own.channel);
  return (
    <li className="flex items-center gap-2 border-b border-line/55 px-3 py-1.5 last:border-b-0">
      {own.channel === "" ? (
        <input
          autoFocus
          aria-label={t("keeping.channel")}
          placeholder={t("keeping.channel")}
          value={channel}
          onChange={(event) => setChannel(event.target.value)}
          onBlur={() => onChange({ ...own, channel })}
          onKeyDown={(event) => event.key === "Enter" && onChange({ ...own, channel })}
          className={cx(INPUT, "min-w-0 flex-1 font-mono text-[12px]")}
        />
      ) : (
        <span className="min-w-0 flex-1 truncate font-mono text-[12px]">{own.channel}</span>
      )}
      <Limit label={`${own.channel} ${t("keeping.days")}`} unit={t("keeping.daysUnit")} value={own.days} onChange={(days) => onChange({ ...own, channel, days: days === null ? null : Math.max(1, Math.round(days)) })} />
      <Limit label={`${own.channel} ${t("keeping.size")}`} unit={t("keeping.sizeUnit")} value={own.gigabytes} onChange={(gigabytes) => onChange({ ...own, channel, gigabytes })} />
      <IconButton label={t("keeping.ownRemove", { channel: own.channel })} onClick={onRemove}>
        <Trash2 aria-hidden />
      </IconButton>
    </li>
  );
}

/** A number or nothing, which is without limit. */
function Limit({ label, unit, value, onChange }: { label: string; unit: string; value: number | null; onChange: (value: number | null) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    if (typed === null) return;
    const text = typed.normalize("NFKC").replace(/[,\s]/g, "");
    setTyped(null);
    if (text === "" && value !== null) onChange(null);
    else if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0 && Number(text) !== value) onChange(Number(text));
  };
  return (
    <span className="flex items-center gap-1.5">
      <input
        aria-label={label}
        inputMode="decimal"
        value={typed ?? (value === null ? "" : String(value))}
        placeholder={t("keeping.forever")}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => (event.key === "Enter" ? commit() : event.key === "Escape" ? setTyped(null) : undefined)}
        className={cx(INPUT, "num w-[104px] text-right")}
      />
      <span className="w-8 text-ink-3">{unit}</span>
    </span>
  );
}
