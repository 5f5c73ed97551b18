// Frames that could not be read, each with how it began: for whoever has to tell the server's people what it sends.

import { ChevronRight, CircleCheck, Copy } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MalformedFrame } from "@/bindings/MalformedFrame";
import { useFormat, useToday } from "@/format";
import { useSources } from "@/live";
import { Button, cx, EmptyState, SourceMark } from "@/parts";
import { toast } from "@/parts/notice";

const keyOf = (frame: MalformedFrame) => `${frame.source} ${frame.at} ${frame.bytes}`;

export function Malformed({ frames }: { frames: readonly MalformedFrame[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  if (frames.length === 0) return <EmptyState icon={<CircleCheck />} title={t("health.malformedNone")} text={t("health.malformedNoneText")} />;
  return (
    <ul aria-label={t("health.malformed")} className="min-h-0 flex-1 overflow-y-auto">
      {frames.map((frame) => (
        <Frame key={keyOf(frame)} frame={frame} open={open === keyOf(frame)} onToggle={() => setOpen(open === keyOf(frame) ? null : keyOf(frame))} />
      ))}
    </ul>
  );
}

function Frame({ frame, open, onToggle }: { frame: MalformedFrame; open: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const id = useId();
  const source = useSources().of(frame.source);
  const copy = () =>
    navigator.clipboard
      .writeText(frame.sample)
      .then(() => toast(t("health.sampleCopied")))
      .catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: String(thrown) })));
  return (
    <li className="border-b border-line/55">
      <button type="button" data-inset-focus aria-expanded={open} aria-controls={id} onClick={onToggle} className="num grid h-7 w-full grid-cols-[16px_148px_minmax(88px,0.4fr)_80px_minmax(0,1fr)] items-center gap-3 px-4 text-left hover:bg-raised">
        <ChevronRight aria-hidden className={cx("size-3.5 text-ink-3 transition-transform", open && "rotate-90")} />
        <span className="text-ink-2">{format.dateTime(frame.at, today)}</span>
        <span className="truncate text-ink-2">
          {source !== null && <SourceMark colour={source.colour} className="mr-1.5" />}
          {source?.name ?? frame.source}
        </span>
        <span className="text-right">{format.bytes(frame.bytes)}</span>
        <span className="truncate text-warn" title={frame.reason}>
          {frame.reason}
        </span>
      </button>
      {open && (
        <div id={id} className="px-4 pb-3 pl-[44px]">
          <div className="flex items-center gap-3 text-[12px] text-ink-3">
            <span className="min-w-0">{frame.sample === "" ? t("health.sampleNone") : t("health.sampleNote")}</span>
            {frame.sample !== "" && (
              <Button look="ghost" className="ml-auto" icon={<Copy aria-hidden />} onClick={() => void copy()}>
                {t("common.copy")}
              </Button>
            )}
          </div>
          {frame.sample !== "" && (
            <pre tabIndex={0} data-inset-focus aria-label={t("health.sample")} className="max-h-[180px] overflow-auto rounded-md border border-line bg-panel p-2.5 font-mono text-[11.5px] leading-[1.55] break-all whitespace-pre-wrap text-ink-2">
              {frame.sample}
            </pre>
          )}
        </div>
      )}
    </li>
  );
}
