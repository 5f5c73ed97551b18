// How long events are kept: the limits, what would go by them, what was let go, and copies of the whole.

import { HardDrive, ListChecks, Recycle, Square } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { JobView } from "@/bindings/JobView";
import type { Keeping as KeepingSettings } from "@/bindings/Keeping";
import type { KeepingView } from "@/bindings/KeepingView";
import { useFormat, useToday } from "@/format";
import { isAbort } from "@/host";
import { progressOf, useJob } from "@/jobs";
import { useHost } from "@/live";
import { Button, ProgressBar } from "@/parts";
import { Switch } from "@/parts/switch";
import { useSettings } from "@/settings";
import { errorText } from "@/text";
import { Backup } from "./backup";
import { Holds } from "./holds";
import { KeepPlan } from "./keep-plan";
import { OwnChannels } from "./own-channels";
import { NumberBox, Row, Section, useSaver } from "./row";

export function Keeping() {
  const { t } = useTranslation();
  const { view, again } = useKeeping();
  return (
    <Section id="keeping" title={t("settings.section.keeping")}>
      <p className="px-4 pb-1 text-ink-2">{t("keeping.text")}</p>
      <Limits />
      <OwnChannels />
      <Holds />
      <State view={view} onChanged={again} />
      <Backup view={view} onChanged={again} />
    </Section>
  );
}

/** What there is; asked for when the section opens, and after each change. */
function useKeeping(): { view: KeepingView | null; again: () => void } {
  const host = useHost();
  const [view, setView] = useState<KeepingView | null>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    host
      .call("keeping", {}, stop.signal)
      .then(setView)
      .catch((thrown: unknown) => {
        // The last that was known stays on screen; the banner says that the core does not answer.
        if (!isAbort(thrown)) setView((before) => before);
      });
    return () => stop.abort();
  }, [host, asked]);
  return { view, again: useCallback(() => setAsked((n) => n + 1), []) };
}

function Limits() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { keeping } = settings;
  const on = useSaver();
  const days = useSaver();
  const size = useSaver();
  const whole = (text: string) => (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 36_500 ? null : t("keeping.daysWrong"));
  const enough = (text: string) => (Number(text) >= 0.01 && Number(text) <= 1e6 ? null : t("keeping.sizeWrong"));
  const set = (patch: Partial<KeepingSettings>) => ({ keeping: { ...keeping, ...patch } });
  return (
    <>
      <Row label={t("keeping.on")} help={t("keeping.onHelp")} saving={on.saving}>
        <Switch label={t("keeping.on")} checked={keeping.on} onChange={(value) => void on.save(set({ on: value }))} />
      </Row>
      <Row label={t("keeping.days")} help={t("keeping.daysHelp")} saving={days.saving}>
        {keeping.days !== null && <NumberBox label={t("keeping.days")} value={String(keeping.days)} unit={t("keeping.daysUnit")} check={whole} onSave={(text) => void days.save(set({ days: Number(text) }))} />}
        <Endless label={t("keeping.days")} endless={keeping.days === null} onChange={(endless) => void days.save(set({ days: endless ? null : 30 }))} />
      </Row>
      <Row label={t("keeping.size")} help={t("keeping.sizeHelp")} saving={size.saving}>
        {keeping.gigabytes !== null && <NumberBox label={t("keeping.size")} value={String(keeping.gigabytes)} unit={t("keeping.sizeUnit")} check={enough} onSave={(text) => void size.save(set({ gigabytes: Number(text) }))} />}
        <Endless label={t("keeping.size")} endless={keeping.gigabytes === null} onChange={(endless) => void size.save(set({ gigabytes: endless ? null : 2 }))} />
      </Row>
    </>
  );
}

function Endless({ label, endless, onChange }: { label: string; endless: boolean; onChange: (endless: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <label className="flex items-center gap-2 text-ink-2">
      <Switch label={`${label}: ${t("keeping.forever")}`} checked={endless} onChange={onChange} />
      {t("keeping.forever")}
    </label>
  );
}

function State({ view, onChanged }: { view: KeepingView | null; onChanged: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const letting = useJob("let_go");
  const compacting = useJob("compact");
  const saver = useSaver();
  const [planned, setPlanned] = useState(false);
  const ended = letting.job?.ended_at ?? compacting.job?.ended_at ?? null;
  useEffect(() => {
    if (ended !== null) onChanged();
  }, [ended, onChanged]);
  const size = view === null ? "" : format.bytes(view.bytes);
  const now =
    view === null
      ? t("settings.about.unknown")
      : view.oldest_at === null
        ? t("keeping.nowEmpty", { size })
        : t("keeping.nowText", { events: format.integer(view.events), size, oldest: format.dayMinute(view.oldest_at, today) });
  const gone = view === null || view.let_go_at === null ? t("keeping.goneNever") : t("keeping.gone", { events: format.integer(view.let_go), at: format.dayMinute(view.let_go_at, today) });
  return (
    <div className="mt-2 border-t border-line/55 pt-2">
      <Row label={t("keeping.now")} help={
          <span className="num">
            {now}
            <br />
            {gone}
          </span>
        } saving={saver.saving}>
        <Button icon={<ListChecks aria-hidden />} disabled={letting.running} onClick={() => setPlanned(true)}>
          {t("keeping.plan")}
        </Button>
        {letting.running ? (
          <Button icon={<Square aria-hidden />} onClick={() => void saver.run(letting.stop)}>
            {t("keeping.stop")}
          </Button>
        ) : (
          <Button icon={<Recycle aria-hidden />} onClick={() => void saver.run(() => letting.start("let_go", {}))}>
            {t("keeping.letGo")}
          </Button>
        )}
      </Row>
      {letting.job !== null && <Letting job={letting.job} />}
      {view !== null && !view.gives_back && (
        <Row label={t("keeping.compact")} help={t("keeping.compactHelp")} saving={saver.saving}>
          <Button icon={<HardDrive aria-hidden />} disabled={compacting.running} onClick={() => void saver.run(() => compacting.start("compact", {}))}>
            {compacting.running ? t("keeping.compacting") : t("keeping.compact")}
          </Button>
        </Row>
      )}
      {compacting.job?.error != null && (
        <p role="alert" className="px-4 pb-1 text-crit">
          {t("keeping.endedFailed", { error: errorText(new Error(compacting.job.error)) })}
        </p>
      )}
      {planned && <KeepPlan onClose={() => setPlanned(false)} />}
    </div>
  );
}

/** How far letting go is, or how it ended. */
function Letting({ job }: { job: JobView }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (job.ended_at === null) {
    const progress = progressOf(job);
    const gone = job.of > 0 && job.done >= job.of;
    return (
      <div role="status" className="num px-4 pb-2 text-ink-2">
        <p className="mb-1.5">{progress === null ? t("keeping.planning") : gone ? t("keeping.givingBack") : t("keeping.running", { done: format.integer(job.done), of: format.integer(job.of) })}</p>
        {progress !== null && <ProgressBar value={progress} label={t("keeping.letGo")} className="h-1.5" />}
      </div>
    );
  }
  if (job.error !== null) {
    return (
      <p role="alert" className="px-4 pb-2 text-crit">
        {t("keeping.endedFailed", { error: job.error })}
      </p>
    );
  }
  const events = format.integer(job.done);
  const told = job.cancelled ? t("keeping.endedStopped", { events }) : job.done === 0 ? t("keeping.endedNothing") : t("keeping.ended", { events, size: format.bytes(job.bytes) });
  return (
    <p role="status" className="num px-4 pb-2 text-ink-2">
      {told}
    </p>
  );
}
