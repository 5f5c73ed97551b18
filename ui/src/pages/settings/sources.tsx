// The sources: what each is doing, and adding, editing, pausing, removing, trying them.

import { FlaskConical, Pause, Pencil, Play, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Source } from "@/bindings/Source";
import { useNow } from "@/format";
import { useHost, useLive } from "@/live";
import { Button, cx, Dialog, IconButton, linkTone, StateDot, toneInk } from "@/parts";
import { useSettings } from "@/settings";
import { useLinkText } from "@/text";
import { SourceForm } from "./form";
import { SavingError, SavingMark, Section, useSaver } from "./row";

export function Sources() {
  const { t } = useTranslation();
  const host = useHost();
  const { settings, take } = useSettings();
  const { saving, save, run } = useSaver();
  const [form, setForm] = useState<{ source: Source | null } | null>(null);
  const [removing, setRemoving] = useState<Source | null>(null);
  const demo = settings.sources.find((source) => source.demo);
  const pause = (source: Source, paused: boolean) => void save({ sources: settings.sources.map((each) => (each.id === source.id ? { ...each, paused } : each)) });
  const startDemo = () => void run(async () => take(await host.call("start_demo", {})));

  return (
    <Section id="sources" title={t("settings.section.sources")}>
      <div className="flex items-center gap-3 px-4 pb-2">
        <p className="min-w-0 flex-1 text-ink-2">{t("settings.sources.text")}</p>
        <SavingMark saving={saving} />
        <Button icon={<Plus aria-hidden />} onClick={() => setForm({ source: null })}>
          {t("settings.sources.add")}
        </Button>
      </div>
      <SavingError saving={saving} className="px-4 pb-2" />
      {settings.sources.length > 0 && (
        <ul className="mx-4 rounded-md border border-line bg-panel">
          {settings.sources.map((source) => (
            <SourceLine key={source.id} source={source} busy={saving.kind === "saving"} onEdit={() => setForm({ source })} onPause={(paused) => pause(source, paused)} onRemove={() => setRemoving(source)} />
          ))}
        </ul>
      )}
      <div className="mx-4 mt-2.5 flex items-center gap-3 rounded-md border border-dashed border-line-strong px-3 py-2">
        <FlaskConical aria-hidden className="size-4 flex-none text-ink-3" />
        <p className="min-w-0 flex-1 text-[12px] leading-snug text-ink-2">{t("settings.sources.demoText")}</p>
        {demo === undefined || demo.paused ? (
          <Button icon={<Play aria-hidden />} disabled={saving.kind === "saving"} onClick={startDemo}>
            {t("settings.sources.demoStart")}
          </Button>
        ) : (
          <Button icon={<Pause aria-hidden />} disabled={saving.kind === "saving"} onClick={() => pause(demo, true)}>
            {t("settings.sources.demoStop")}
          </Button>
        )}
      </div>
      {form !== null && <SourceForm before={form.source} onClose={() => setForm(null)} />}
      {removing !== null && (
        <Dialog
          open
          onClose={() => setRemoving(null)}
          title={t("settings.sources.removeTitle", { name: removing.name })}
          footer={
            <>
              <Button onClick={() => setRemoving(null)}>{t("common.cancel")}</Button>
              <Button
                look="danger"
                onClick={() => {
                  setRemoving(null);
                  void save({ sources: settings.sources.filter((each) => each.id !== removing.id) });
                }}
              >
                {t("settings.sources.remove")}
              </Button>
            </>
          }
        >
          <p className="text-ink-2">{t("settings.sources.removeText")}</p>
        </Dialog>
      )}
    </Section>
  );
}

function SourceLine({ source, busy, onEdit, onPause, onRemove }: { source: Source; busy: boolean; onEdit: () => void; onPause: (paused: boolean) => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const linkText = useLinkText();
  const status = useLive((live) => live.frame?.sources.find((each) => each.id === source.id));
  const state = source.paused ? ({ kind: "paused" } as const) : (status?.state ?? ({ kind: "connecting", attempt: 0 } as const));
  const detail = state.kind === "needs_login" || state.kind === "refused" || state.kind === "offline" ? state.detail : null;
  return (
    <li className="flex min-h-12 items-center gap-3 border-b border-line px-3 py-1.5 last:border-b-0">
      <StateDot tone={linkTone(state)} />
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-baseline gap-2">
          <span className="truncate font-[540]">{source.name}</span>
          <span className={cx("num flex-none", toneInk(linkTone(state)))}>{linkText(state, now)}</span>
        </div>
        <div className="flex min-w-0 items-baseline gap-2 text-[12px] text-ink-3">
          {source.demo ? (
            <span>{t("settings.sources.demo")}</span>
          ) : (
            <>
              <code className="truncate font-mono">{source.url}</code>
              <span className="flex-none">{t(`settings.sources.${source.dialect}`)}</span>
            </>
          )}
          {detail !== null && detail !== "" && (
            <span className="truncate text-ink-2" title={detail}>
              {detail}
            </span>
          )}
        </div>
      </div>
      <span className="flex flex-none">
        <IconButton label={`${source.paused ? t("settings.sources.resume") : t("settings.sources.pause")} · ${source.name}`} disabled={busy} onClick={() => onPause(!source.paused)}>
          {source.paused ? <Play aria-hidden /> : <Pause aria-hidden />}
        </IconButton>
        {!source.demo && (
          <IconButton label={`${t("settings.sources.edit")} · ${source.name}`} onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
        )}
        <IconButton label={`${t("settings.sources.remove")} · ${source.name}`} disabled={busy} onClick={onRemove}>
          <Trash2 aria-hidden />
        </IconButton>
      </span>
    </li>
  );
}
