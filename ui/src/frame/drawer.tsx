// The right drawer: one event in full. It does not block the page: the list behind stays live and can be walked with j and k.

import { Copy, Eye, EyeOff, ListFilter, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { isOpen, rowState, useActions } from "@/act";
import { ClaimButtons } from "@/act/claim-buttons";
import { ClaimLine } from "@/act/claimed";
import { Held } from "@/act/held";
import { Elsewhere, OpenErp } from "@/act/open-erp";
import { StateText } from "@/act/state-text";
import type { ApprovalView } from "@/bindings/ApprovalView";
import type { EventDetail } from "@/bindings/EventDetail";
import type { EventRow } from "@/bindings/EventRow";
import type { LetGoNote } from "@/bindings/LetGoNote";
import { useFormat, useToday } from "@/format";
import { CommandError, isAbort } from "@/host";
import { useKeys } from "@/keys";
import { fillOf, useHost, useLive, useView } from "@/live";
import { Age, Button, Change, changeOf, ErrorState, IconButton, KindTitle, RowValue, SectionHeader, SeverityMark, Skeleton, SourceName, useChangeWords } from "@/parts";
import { toast } from "@/parts/notice";
import { go } from "@/route";
import { closeEvent, openEvent, useSelectedEvent } from "@/route/selection";
import { failureText, joined, useGapText } from "@/text";
import { Fact } from "./drawer-fact";
import { DrawerRequest } from "./drawer-request";
import { DrawerTimes } from "./drawer-times";
import { AsRead, NamedFields, VersionFact } from "./drawer-version";
import { prettyJson } from "./pretty-json";

type Loaded = { seq: number; detail: EventDetail } | { seq: number; error: CommandError };

export function Drawer() {
  const { t } = useTranslation();
  const host = useHost();
  const seq = useSelectedEvent();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [attempt, setAttempt] = useState(0);
  // What is masked is shown for one event, and masked again with the next.
  const [revealed, setRevealed] = useState<number | null>(null);
  const reveal = revealed !== null && revealed === seq;

  useEffect(() => {
    if (seq === null) return;
    const stop = new AbortController();
    host
      .call("event", reveal ? { seq, reveal } : { seq }, stop.signal)
      .then((detail) => setLoaded({ seq, detail }))
      .catch((thrown: unknown) => {
        if (!isAbort(thrown)) setLoaded({ seq, error: CommandError.from(thrown) });
      });
    return () => stop.abort();
  }, [host, seq, attempt, reveal]);

  useKeys({ Escape: closeEvent }, seq !== null);
  if (seq === null) return null;
  // While the next one is fetched the last one stays: walking a list must not flicker.
  const detail = loaded !== null && "detail" in loaded ? loaded.detail : null;
  const error = loaded !== null && "error" in loaded && loaded.seq === seq ? loaded.error : null;
  return (
    <aside aria-label={t("frame.drawer.title")} className="slide-in absolute inset-y-0 right-0 z-30 flex w-[440px] max-w-full flex-col border-l border-line-strong bg-panel">
      <div className="flex h-11 flex-none items-center gap-2 border-b border-line pr-2 pl-4">
        <h2>{t("frame.drawer.title")}</h2>
        <span className="num text-ink-3">#{seq}</span>
        <IconButton label={t("common.close")} className="ml-auto" onClick={closeEvent}>
          <X aria-hidden />
        </IconButton>
      </div>
      {error !== null ? <ErrorState error={error} onRetry={() => setAttempt(attempt + 1)} /> : detail === null ? <Skeleton /> : <Detail detail={detail} revealed={reveal} onReveal={(on) => setRevealed(on ? seq : null)} />}
    </aside>
  );
}

function Detail({ detail, revealed, onReveal }: { detail: EventDetail; revealed: boolean; onReveal: (on: boolean) => void }) {
  const { t } = useTranslation();
  const today = useToday();
  const gapText = useGapText();
  const fills = useLive((live) => live.fills);
  const { row } = detail;
  const gap = row.gap === null ? null : gapText({ ...row.gap, filled: fillOf(fills, row.gap) }, today);
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="flex flex-col gap-1 px-4 pt-4 pb-3">
        <span className="flex items-center gap-3">
          <KindTitle row={row} className="text-ink-2" />
          <SeverityMark severity={row.severity} className="text-[12px]" />
        </span>
        <p className="text-[16px] leading-snug font-[560] break-words">{gap?.title ?? row.label}</p>
        {(gap !== null || row.detail !== null) && <p className="break-words text-ink-2">{gap === null ? row.detail : joined([gap.channel, gap.reason])}</p>}
        {gap !== null && (gap.filled === null ? <p className="text-warn">{t("frame.drawer.gapOpen")}</p> : <p className="num text-good">{gap.filled}</p>)}
      </div>
      <What row={row} />
      <NamedFields fields={detail.fields} />
      {detail.request !== null && <DrawerRequest detail={detail.request} />}
      {detail.request !== null && <Decision asked={detail.request.request} />}
      <dl className="grid grid-cols-[84px_1fr] gap-y-1.5 border-t border-line px-4 py-3 [&_dd]:min-w-0 [&_dd]:break-words [&_dt]:text-ink-3">
        {row.actor !== null && <Fact name={t("frame.drawer.who")}>{row.actor}</Fact>}
        <DrawerTimes row={row} />
        <Fact name={t("frame.drawer.kind")}>
          <code className="font-mono text-[12px]">{row.kind}</code>
        </Fact>
        {detail.version !== null && <VersionFact version={detail.version} />}
        <Fact name={t("frame.drawer.channel")}>
          <code className="font-mono text-[12px]">{row.channel}</code>
        </Fact>
        <Fact name={t("frame.drawer.source")}>
          <SourceName id={row.source} />
        </Fact>
        <Fact name={t("frame.drawer.place")}>
          <code className="font-mono text-[12px]">{row.id}</code>
        </Fact>
      </dl>
      {row.subject !== null && <Related subject={row.subject} rows={detail.related} letGo={detail.let_go} />}
      {detail.version?.read != null && <AsRead read={detail.version.read} />}
      <Raw raw={detail.raw} masked={detail.masked} revealed={revealed} onReveal={onReveal} />
    </div>
  );
}

/** The request behind the event, while it waits: decided where it is read. */
function Decision({ asked }: { asked: ApprovalView }) {
  const { t } = useTranslation();
  const { data } = useView("approvals");
  const decide = useActions();
  const request = data?.pending.find((each) => each.key === asked.key);
  if (request === undefined) {
    return asked.open_url === null ? null : (
      <div className="border-t border-line px-4 py-3">
        <OpenErp request={asked} />
      </div>
    );
  }
  const state = rowState(request, decide);
  if (!request.can_decide && state.kind === "open") {
    return (
      <div className="flex border-t border-line px-4 py-3">
        <Elsewhere request={request} chosen />
      </div>
    );
  }
  if (state.kind === "held")
    return (
      <div className="border-t border-line px-4 py-3">
        <Held request={request} approve={state.approve} until={state.until} forWhom={state.forWhom} />
      </div>
    );
  if (!isOpen(state)) {
    return state.kind === "open" ? null : (
      <div className="flex border-t border-line px-4 py-3">
        <StateText state={state} />
      </div>
    );
  }
  const refusal = decide.refusals.get(request.key)?.error;
  return (
    <div className="flex flex-wrap items-center gap-1.5 border-t border-line px-4 py-3">
      <Button look="primary" aria-label={t("common.actionOn.approve", { what: request.number })} onClick={() => decide.approve([request])}>
        {t("common.actions.approve")}
      </Button>
      <Button aria-label={t("common.actionOn.reject", { what: request.number })} onClick={() => decide.reject([request])}>{t("approvals.rejectOne")}</Button>
      <span className="ml-auto">
        <OpenErp request={request} look="ghost" />
      </span>
      {refusal !== undefined && <p className="w-full break-words text-crit">{failureText(refusal)}</p>}
      <div className="mt-1.5 flex w-full flex-wrap items-center gap-1.5">
        {request.claimed !== null && <ClaimLine claim={request.claimed} />}
        <ClaimButtons requests={[request]} />
      </div>
    </div>
  );
}

/** Old beside new, large enough to read from a step away. */
function What({ row }: { row: EventRow }) {
  const { t } = useTranslation();
  const words = useChangeWords();
  const value = row.amount !== null || changeOf(row) !== null;
  if (row.old === null && row.new === null && !value) return null;
  return (
    <div className="flex items-end gap-4 border-t border-line px-4 py-3">
      {row.old !== null && (
        <div className="min-w-0">
          <div className="text-[11px] text-ink-3">{t("frame.drawer.previous")}</div>
          <div className="num truncate text-[19px] leading-tight text-ink-2">{words(row, row.old)}</div>
        </div>
      )}
      {row.old !== null && row.new !== null && <span aria-hidden className="pb-0.5 text-ink-3">→</span>}
      {row.new !== null && (
        <div className="min-w-0">
          <div className="text-[11px] text-ink-3">{t("frame.drawer.next")}</div>
          <div className="num truncate text-[19px] leading-tight font-[560]">{words(row, row.new)}</div>
        </div>
      )}
      {value && (
        <div className="ml-auto text-[16px]">
          <RowValue row={row} />
        </div>
      )}
    </div>
  );
}

function Related({ subject, rows, letGo }: { subject: string; rows: readonly EventRow[]; letGo: LetGoNote | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const jump = () => {
    closeEvent();
    go("events", { filter: `subject:${subject.includes(" ") ? `"${subject}"` : subject}` });
  };
  return (
    <section className="border-t border-line">
      <SectionHeader
        title={t("frame.drawer.related")}
        right={
          <Button look="ghost" icon={<ListFilter aria-hidden />} onClick={jump} title={t("frame.drawer.filterSubject")}>
            {t("common.all")}
          </Button>
        }
      />
      {rows.length === 0 ? (
        <p className="px-4 pb-3 text-ink-3">{t("frame.drawer.relatedNone")}</p>
      ) : (
        <ul className="pb-2">
          {rows.slice(0, 12).map((row) => (
            <li key={row.seq}>
              <button type="button" data-inset-focus onClick={() => openEvent(row.seq)} className="grid h-7 w-full grid-cols-[64px_104px_1fr_auto] items-center gap-2 px-4 text-left hover:bg-raised">
                <span className="num text-ink-3">{format.time(row.occurred_at)}</span>
                <KindTitle row={row} />
                <Change row={row} className="truncate text-ink-2" />
                <span className="flex items-center gap-3">
                  <RowValue row={row} />
                  <Age at={row.occurred_at} className="min-w-[44px] text-right text-ink-3" />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {letGo !== null && <p className="px-4 pb-3 text-[12px] text-ink-3">{t("keeping.edge", { at: format.dayMinute(letGo.at, today) })}</p>}
    </section>
  );
}

/** The publisher's JSON, indented to be read; copied as it is shown. What is masked is fetched in full only when a person asks for it. */
function Raw({ raw, masked, revealed, onReveal }: { raw: string; masked: boolean; revealed: boolean; onReveal: (on: boolean) => void }) {
  const { t } = useTranslation();
  const copy = () =>
    navigator.clipboard
      .writeText(raw)
      .then(() => toast(t("frame.drawer.rawCopied")))
      .catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: String(thrown) })));
  return (
    <section className="border-t border-line pb-4">
      <SectionHeader
        title={t("frame.drawer.raw")}
        note={masked ? t("frame.drawer.masked") : undefined}
        right={
          <>
            {(masked || revealed) && (
              <Button look="ghost" icon={revealed ? <EyeOff aria-hidden /> : <Eye aria-hidden />} onClick={() => onReveal(!revealed)}>
                {revealed ? t("frame.drawer.mask") : t("frame.drawer.unmask")}
              </Button>
            )}
            <Button look="ghost" className="-mr-2.5" icon={<Copy aria-hidden />} onClick={copy}>
              {t("common.copy")}
            </Button>
          </>
        }
      />
      <pre tabIndex={0} data-inset-focus className="mx-4 max-h-[320px] overflow-auto rounded-md border border-line bg-surface p-3 font-mono text-[11.5px] leading-[1.55] break-all whitespace-pre-wrap text-ink-2">
        {prettyJson(raw)}
      </pre>
    </section>
  );
}
