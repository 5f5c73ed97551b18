// Writing all events that match into a file: chosen in a menu, made by the core, told in a dialog that can be left and says where the file is.

import { Check, FileDown, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ExportFormat } from "@/bindings/ExportFormat";
import type { JobView } from "@/bindings/JobView";
import { useFormat } from "@/format";
import { progressOf, useJob } from "@/jobs";
import { Button, Dialog, IconButton, Menu, ProgressBar } from "@/parts";
import { errorText } from "@/text";

export function ExportMenu({ filter }: { filter: string }) {
  const { t } = useTranslation();
  const { job, running, start, stop } = useJob("export");
  // What was exported before this page was opened is no news.
  const [asked, setAsked] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const begin = (format: ExportFormat) => {
    setAsked(true);
    setRefused(null);
    start("export_events", { filter, format }).catch((thrown: unknown) => setRefused(errorText(thrown)));
  };
  return (
    <>
      <Menu
        align="end"
        label={t("keeping.exportHint")}
        trigger={
          <IconButton label={`${t("keeping.export")} · ${t("keeping.exportHint")}`}>
            <FileDown aria-hidden />
          </IconButton>
        }
        items={[
          { id: "csv", label: t("keeping.exportCsv"), disabled: running, onSelect: () => begin("csv") },
          { id: "jsonl", label: t("keeping.exportJsonl"), disabled: running, onSelect: () => begin("jsonl") },
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
        {refused !== null ? <Failed why={refused} /> : job !== null && <State job={job} />}
      </Dialog>
    </>
  );
}

function State({ job }: { job: JobView }) {
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
      <span className="min-w-0 break-words select-text">{t("keeping.exportMade", { events: format.integer(job.done), path: job.path, size: format.bytes(job.bytes) })}</span>
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
