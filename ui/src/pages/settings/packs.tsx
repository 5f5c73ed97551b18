// The user's packs: what is in force of each file, and what is wrong with one, with its line. The files are edited elsewhere; a change is seen by itself.

import { Copy, FilePlus2, FileText } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { PackProblemView } from "@/bindings/PackProblemView";
import type { PackView } from "@/bindings/PackView";
import { useFormat } from "@/format";
import { useHost, useView } from "@/live";
import { Button, cx, IconButton, StateDot, toneInk } from "@/parts";
import { toast } from "@/parts/notice";
import { SavingError, Section, useSaver } from "./row";

export function Packs() {
  const { t } = useTranslation();
  const host = useHost();
  const { data, refresh } = useView("packs");
  const { saving, run } = useSaver();
  const example = () => void run(() => host.call("example_pack", {}).then(refresh));
  const copy = (text: string) =>
    navigator.clipboard
      .writeText(text)
      .then(() => toast(t("settings.packs.copied")))
      .catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: String(thrown) })));
  return (
    <Section id="packs" title={t("settings.section.packs")}>
      <p className="px-4 pb-2 text-ink-2">{t("settings.packs.text")}</p>
      {data !== null && (
        <>
          <div className="flex items-center gap-3 px-4 pb-2">
            <span className="flex-none text-ink-2">{t("settings.packs.folder")}</span>
            <code className="min-w-0 flex-1 font-mono text-[12px] break-all select-text">{data.folder}</code>
            <IconButton label={t("settings.packs.copyFolder")} onClick={() => void copy(data.folder)}>
              <Copy aria-hidden />
            </IconButton>
          </div>
          {data.unreadable !== null && <p role="alert" className="px-4 pb-2 text-crit">{t("settings.packs.unreadable", { why: data.unreadable })}</p>}
          {data.packs.length > 0 && (
            <ul aria-label={t("settings.section.packs")} className="mx-4 rounded-md border border-line bg-panel">
              {data.packs.map((pack) => (
                <PackLine key={pack.file} pack={pack} />
              ))}
            </ul>
          )}
          {data.packs.length === 0 && data.unreadable === null && (
            <div className="mx-4 flex items-center gap-3 rounded-md border border-dashed border-line-strong px-3 py-2">
              <FilePlus2 aria-hidden className="size-4 flex-none text-ink-3" />
              <p className="min-w-0 flex-1 text-[12px] leading-snug text-ink-2">{t("settings.packs.none")}</p>
              <Button disabled={saving.kind === "saving"} onClick={example}>
                {t("settings.packs.example")}
              </Button>
            </div>
          )}
          <SavingError saving={saving} className="px-4 pt-1" />
        </>
      )}
    </Section>
  );
}

function PackLine({ pack }: { pack: PackView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { problem } = pack;
  const tone = problem === null ? "good" : pack.in_force ? "warn" : "crit";
  const state = problem === null ? t("settings.packs.good") : pack.in_force ? t("settings.packs.lastGood") : t("settings.packs.refused");
  return (
    <li className="flex min-h-11 items-start gap-3 border-b border-line px-3 py-2 last:border-b-0">
      <FileText aria-hidden className="mt-[3px] size-4 flex-none text-ink-3" />
      <div className="min-w-0 flex-1">
        <div className="flex min-h-6 min-w-0 flex-wrap items-center gap-x-2.5">
          <code className="min-w-0 truncate font-mono text-[12px]">{pack.file}</code>
          <span className="flex items-center gap-2">
            <StateDot tone={tone} />
            <span className={toneInk(tone)}>{state}</span>
          </span>
          {pack.in_force && <span className="num ml-auto text-[12px] text-ink-3">{t("settings.packs.kinds", { count: pack.kinds, n: format.integer(pack.kinds) })}</span>}
        </div>
        {problem !== null && <Problem problem={problem} severe={!pack.in_force} />}
      </div>
    </li>
  );
}

/** Where it is, in the window's words; what it is, in the parser's. */
function Problem({ problem, severe }: { problem: PackProblemView; severe: boolean }) {
  const { t } = useTranslation();
  const { line, column, key, reason } = problem;
  return (
    <div className={cx("mt-1 border-l-2 pl-2.5 text-[12px] leading-snug select-text", severe ? "border-crit" : "border-warn")}>
      <p className="num text-ink-2">
        {line !== null && column !== null && <span className="font-[540] text-ink">{t("settings.packs.place", { line, column })}</span>}
        {key !== null && <code className="ml-2 font-mono text-[11.5px]">{key}</code>}
      </p>
      <p className="break-words text-ink-2">{reason}</p>
    </div>
  );
}
