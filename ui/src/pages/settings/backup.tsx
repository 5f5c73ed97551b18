// A copy of the whole store, made while it runs; and the way back, which takes effect at the next start.

import { Archive, ArchiveRestore, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { JobView } from "@/bindings/JobView";
import type { KeepingView } from "@/bindings/KeepingView";
import { useFormat } from "@/format";
import { progressOf, useJob } from "@/jobs";
import { useHost } from "@/live";
import { Button, ProgressBar } from "@/parts";
import { Row, useSaver } from "./row";

export function Backup({ view, onChanged }: { view: KeepingView | null; onChanged: () => void }) {
  const { t } = useTranslation();
  const { job, running, start, stop } = useJob("back_up");
  const saver = useSaver();
  return (
    <div className="mt-2 border-t border-line/55 pt-2">
      <Row label={t("keeping.backup")} help={t("keeping.backupHelp", { folder: view?.folder ?? "" })} saving={saver.saving}>
        {running ? (
          <Button icon={<Square aria-hidden />} onClick={() => void saver.run(stop)}>
            {t("keeping.stop")}
          </Button>
        ) : (
          <Button icon={<Archive aria-hidden />} onClick={() => void saver.run(() => start("back_up", { path: null }))}>
            {t("keeping.backupMake")}
          </Button>
        )}
      </Row>
      {job !== null && <Copying job={job} />}
      <Restore view={view} onChanged={onChanged} />
    </div>
  );
}

function Copying({ job }: { job: JobView }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (job.ended_at === null) {
    const progress = progressOf(job);
    return (
      <div role="status" className="num px-4 pb-2 text-ink-2">
        <p className="mb-1.5">{t("keeping.backupRunning", { done: format.bytes(job.done), of: format.bytes(job.of) })}</p>
        {progress !== null && <ProgressBar value={progress} label={t("keeping.backup")} className="h-1.5" />}
      </div>
    );
  }
  if (job.error !== null) {
    return (
      <p role="alert" className="px-4 pb-2 break-words text-crit">
        {t("keeping.backupFailed", { error: job.error })}
      </p>
    );
  }
  return (
    <p role="status" className="num px-4 pb-2 break-words text-ink-2 select-text">
      {job.cancelled ? t("keeping.backupStopped") : t("keeping.backupMade", { path: job.path, size: format.bytes(job.bytes) })}
    </p>
  );
}

function Restore({ view, onChanged }: { view: KeepingView | null; onChanged: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const host = useHost();
  const { job, running, start } = useJob("restore");
  const saver = useSaver();
  const [path, setPath] = useState("");
  const ended = job?.ended_at ?? null;
  useEffect(() => {
    if (ended !== null) onChanged();
  }, [ended, onChanged]);
  const forget = async () => {
    await host.call("forget_restore", {});
    onChanged();
  };
  if (view?.restores === true) {
    const told = job !== null && job.ended_at !== null && job.error === null ? t("keeping.restoreReady", { events: format.integer(job.done) }) : t("keeping.restoreWaits");
    return (
      <Row label={t("keeping.restore")} help={<span className="num text-warn">{`${told} ${t("keeping.restoreHelp")}`}</span>} saving={saver.saving}>
        <Button onClick={() => void saver.run(forget)}>{t("keeping.restoreForget")}</Button>
      </Row>
    );
  }
  return (
    <>
      <Row label={t("keeping.restore")} help={t("keeping.restoreHelp")} saving={saver.saving}>
        <input
          aria-label={t("keeping.restorePath")}
          placeholder={t("keeping.restorePath")}
          value={path}
          onChange={(event) => setPath(event.target.value)}
          className="h-[26px] w-[240px] rounded-md border border-line-strong bg-surface px-2 font-mono text-[12px] placeholder:font-sans placeholder:text-ink-3"
        />
        <Button icon={<ArchiveRestore aria-hidden />} disabled={path.trim() === "" || running} onClick={() => void saver.run(() => start("restore", { path: path.trim() }))}>
          {running ? t("keeping.restoreChecking") : t("keeping.restoreCheck")}
        </Button>
      </Row>
      {job !== null && job.error !== null && (
        <p role="alert" className="px-4 pb-2 break-words text-crit">
          {t("keeping.restoreFailed", { error: job.error })}
        </p>
      )}
    </>
  );
}
