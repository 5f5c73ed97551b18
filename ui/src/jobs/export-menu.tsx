// Writing all that matches into a file, events or decisions: chosen in a menu, made by the core, told in a dialog that can be left and says where the file is.

import { Check, FileDown, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ExportFormat } from "@/bindings/ExportFormat";
import type { JobView } from "@/bindings/JobView";
import { useFormat } from "@/format";
import { Button, Dialog, IconButton, Menu, ProgressBar } from "@/parts";
import { errorText } from "@/text";
import { type Jobs, progressOf, useJob } from ".";

/** What is written, by its words under `keeping.exports`. */
export type Exported = "events" | "decisions";

/** `begin` asks the core to write it in this format. */
export function ExportMenu({ what, begin }: { what: Exported; begin: (start: Jobs["start"], format: ExportFormat) => Promise<void> }) {
  const { t } = useTranslation();
  const { job, running, start, stop } = useJob("export");
  // What was exported before this page was opened is no news.
  const [asked, setAsked] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const choose = (format: ExportFormat) => {
    setAsked(true);
    setRefused(null);
    begin(start, format).catch((thrown: unknown) => setRefused(errorText(thrown)));
  };
  return (
    <>
      <Menu
        align="end"
        label={t(`keeping.exports.${what}.hint`)}
        trigger={
          <IconButton label={`${t("keeping.export")} · ${t(`keeping.exports.${what}.hint`)}`}>
            <FileDown aria-hidden />
          </IconButton>
        }
        items={[
          { id: "csv", label: t("keeping.exportCsv"), disabled: running, onSelect: () => choose("csv") },
          { id: "jsonl", label: t("keeping.exportJsonl"), disabled: running, onSelect: () => choose("jsonl") },
          ...(running ? [{ id: "running", label: t("keeping.exportBegins"), onSelect: () => setAsked(true) }] : []),
        ]}
      />
      <Dialog
        open={asked && (job !== null || refused !== null)}
        onClose={() => setAsked(false)}
        title={t("keeping.export")}
        width={520}
        footer={running ? <Button onClick={() => void stop()}>{t("keeping.stop")}</Button> : <Button onClick={() => setAsked(false)}>{t("common.close")}</Button>}
      >
        {refused !== null ? <Failed why={refused} /> : job !== null && <State what={what} job={job} />}
      </Dialog>
    </>
  );
}

function State({ what, job }: { what: Exported; job: JobView }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (job.ended_at === null) {
    const progress = progressOf(job);
    if (progress === null) return <p role="status">{t("keeping.exportBegins")}</p>;
    return (
      <div role="status" className="num">
        <p className="mb-2">{t("keeping.exportRunning", { done: format.integer(job.done), of: format.integer(job.of) })}</p>
        <ProgressBar value={progress} label={t("keeping.exportBegins")} className="h-1.5" />
      </div>
    );
  }
  if (job.error !== null) return <Failed why={job.error} />;
  if (job.cancelled) {
    return (
      <p role="status" className="flex gap-2 text-ink-2">
        <X aria-hidden className="mt-0.5 size-4 flex-none" />
        {t("keeping.exportStopped")}
      </p>
    );
  }
  return (
    <p role="status" className="num flex gap-2">
      <Check aria-hidden className="mt-0.5 size-4 flex-none text-good" />
      <span className="min-w-0 break-words select-text">{t(`keeping.exports.${what}.made`, { n: format.integer(job.done), path: job.path, size: format.bytes(job.bytes) })}</span>
    </p>
  );
}

function Failed({ why }: { why: string }) {
  const { t } = useTranslation();
  return (
    <p role="alert" className="flex gap-2 text-crit">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 flex-none" />
      <span className="min-w-0 break-words">{t("keeping.exportFailed", { error: why })}</span>
    </p>
  );
}
