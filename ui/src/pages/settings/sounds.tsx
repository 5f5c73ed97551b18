// How tones sound: how loud, and which file a severity has of its own. They are tried in the table above.

import { RotateCcw, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Severity } from "@/bindings/Severity";
import { useHost } from "@/live";
import { Button, IconButton, SeverityMark } from "@/parts";
import { Switch } from "@/parts/switch";
import { useSettings } from "@/settings";
import { Row, SavingError, SavingMark, useSaver } from "./row";

const SEVERITIES: readonly Severity[] = ["critical", "warning", "success", "info"];

export function Sounds() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const mute = useSaver();
  const [moving, setMoving] = useState<number | null>(null);
  const volume = moving ?? settings.volume;
  const commit = () => {
    if (moving !== null && moving !== settings.volume) void save({ volume: moving });
    setMoving(null);
  };
  return (
    <div className="mt-3 border-t border-line/55 pt-1">
      <Row label={t("settings.delivery.muted")} help={t("settings.delivery.mutedHelp")} saving={mute.saving}>
        <Switch label={t("settings.delivery.muted")} checked={settings.muted} onChange={(muted) => void mute.save({ muted })} />
      </Row>
      <Row label={t("settings.sounds.volume")} saving={saving}>
        <input
          type="range"
          aria-label={t("settings.sounds.volume")}
          aria-valuetext={`${String(volume)} %`}
          min={0}
          max={100}
          step={5}
          value={volume}
          disabled={settings.muted}
          onChange={(event) => setMoving(Number(event.target.value))}
          onPointerUp={commit}
          onKeyUp={commit}
          onBlur={commit}
          className="h-4 w-[160px] accent-accent"
        />
        <span className="num w-12 text-right whitespace-nowrap text-ink-2">{volume} %</span>
      </Row>
      <div className="px-4 pt-1.5">
        <h3 className="font-normal">{t("settings.sounds.title")}</h3>
        <p className="text-[12px] leading-snug text-ink-3">{t("settings.sounds.help")}</p>
        <ul aria-label={t("settings.sounds.title")} className="mt-1.5 rounded-md border border-line bg-panel">
          {SEVERITIES.map((severity) => (
            <Tone key={severity} severity={severity} />
          ))}
        </ul>
      </div>
    </div>
  );
}

function Tone({ severity }: { severity: Severity }) {
  const { t } = useTranslation();
  const host = useHost();
  const { settings, take } = useSettings();
  const { saving, save, run } = useSaver();
  const file = useRef<HTMLInputElement>(null);
  const word = t(`common.severity.${severity}`);
  const own = settings.tones[severity];
  const keep = (chosen: File) =>
    run(async () => {
      const data = await base64(chosen);
      take(await host.call("keep_tone", { severity, name: chosen.name, data }));
    });
  return (
    <li className="border-b border-line/55 px-3 py-1 last:border-b-0">
      <div className="flex min-h-7 items-center gap-3">
        <span className="w-[110px] flex-none">
          <SeverityMark severity={severity} />
        </span>
        <span className={own === undefined ? "min-w-0 flex-1 truncate text-ink-3" : "min-w-0 flex-1 truncate"} title={own}>
          {own ?? t("settings.sounds.builtIn")}
        </span>
        <SavingMark saving={saving} />
        {own !== undefined && (
          <IconButton label={t("settings.sounds.useBuiltIn", { severity: word })} onClick={() => void save({ tones: { [severity]: null } })}>
            <RotateCcw aria-hidden />
          </IconButton>
        )}
        <input
          ref={file}
          type="file"
          accept=".wav,audio/wav,audio/x-wav"
          aria-label={t("settings.sounds.file", { severity: word })}
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            if (chosen !== undefined) void keep(chosen);
            // The same file may be chosen once more.
            event.target.value = "";
          }}
        />
        <Button icon={<Upload aria-hidden />} aria-label={t("settings.sounds.chooseOf", { severity: word })} onClick={() => file.current?.click()}>
          {t("settings.sounds.choose")}
        </Button>
      </div>
      <SavingError saving={saving} className="pb-1" />
    </li>
  );
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}
