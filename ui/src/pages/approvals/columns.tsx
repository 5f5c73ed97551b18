// The columns of the queue and of the history.

import { Check, Clock3, OctagonAlert, RefreshCw, Undo2, UserRound, X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Decide, isOpen, type Known, type RowState, rowState } from "@/act";
import { ClaimChip } from "@/act/claim-chip";
import { Held } from "@/act/held";
import { Elsewhere } from "@/act/open-erp";
import { StateText } from "@/act/state-text";
import type { ApprovalStatus } from "@/bindings/ApprovalStatus";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { coreNow, type Format, useClock, useFormat } from "@/format";
import { useSources } from "@/live";
import { Age, Button, codeIn, type Column, cx, IconButton, Money, RowSource, Unread, widestAge } from "@/parts";
import { Derived } from "@/parts/derived";
import { Tick } from "@/parts/tick";
import { joined, useWord } from "@/text";
import { deadline, type Level } from "./deadline";
import type { Chosen } from "@/parts/selection";

/** Decides, and takes what was accepted out of the choice. */
export type Deciding = Omit<Decide, "approve" | "reject"> & { approve: (rows: readonly ApprovalView[]) => void; reject: (rows: readonly ApprovalView[]) => void };

const INKS: Record<Level, string> = { none: "text-ink-3", calm: "text-ink-2", soon: "text-warn", over: "text-crit" };
const BARS: Record<Level, string> = { none: "", calm: "bg-info", soon: "bg-warn", over: "bg-crit" };

export function useQueueColumns({ chosen, onToggle, onAll, all, decide, cursor }: { chosen: Chosen; onToggle: (key: string) => void; onAll: () => void; all: boolean; decide: Deciding; cursor: string | null }): readonly Column<ApprovalView>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  const sources = useSources();
  return useMemo(
    () => [
      {
        id: "select",
        header: <Tick label={t("approvals.selectAll")} checked={all} mixed={!all && chosen.size > 0} onChange={onAll} />,
        width: "38px",
        className: "!pr-0",
        cell: (row) => <Tick label={t("approvals.select", { number: row.number })} checked={chosen.has(row.key)} onChange={() => onToggle(row.key)} />,
      },
      {
        id: "number",
        header: t("approvals.column.number"),
        width: "minmax(150px, 168px)",
        holds: (row) => codeIn(row.number),
        cell: (row) => <Pair first={<><RowSource source={sources.several ? sources.of(row.source) : null} /><span className="font-[540]">{row.number}</span></>} second={<>{word("resourceType", row.resource_type)}<Derived from={row.derived_from} /></>} title={row.number} />,
      },
      { id: "amount", header: t("approvals.column.amount"), align: "end", holds: (row) => amountText(format, row), cell: (row) => <Amount row={row} className="font-[540]" /> },
      {
        id: "requester",
        header: t("approvals.column.requester"),
        width: "minmax(96px, 1fr)",
        cell: (row) => <Pair first={<Requester row={row} />} second={joined([row.party, row.reason]) || t("approvals.noReason")} title={joined([row.requester, row.party, row.reason])} />,
      },
      { id: "age", header: t("approvals.column.age"), align: "end", holds: () => widestAge(format), cell: (row, above) => <Age at={row.requested_at} above={above?.requested_at ?? null} /> },
      { id: "deadline", header: <span className="pl-2">{t("approvals.column.deadline")}</span>, width: "172px", className: "!px-4", cell: (row) => <DeadlineBar row={row} /> },
      { id: "decision", header: t("approvals.column.decision"), width: "minmax(190px, 0.7fr)", beside: BUTTONS, holds: () => `${t("common.actions.approve")} A ${t("approvals.rejectOne")} R`, cell: (row) => <Decision row={row} state={rowState(row, decide)} decide={decide} on={row.key === cursor} /> },
    ],
    [t, format, word, sources, chosen, all, onAll, onToggle, decide, cursor],
  );
}

/** An icon before a word, px. */
const ICON = 20;
/** What is around the words of its two buttons, px. */
const BUTTONS = 58;

const amountText = (format: Format, row: ApprovalView) => (row.amount === null ? row.unread : format.money(row.amount, row.currency));

/** The amount, or what stands in its place and could not be read. */
function Amount({ row, className }: { row: ApprovalView; className?: string }) {
  if (row.amount !== null) return <Money amount={row.amount} currency={row.currency} className={className} />;
  return row.unread === null ? <span className="text-ink-3">—</span> : <Unread text={row.unread} />;
}

/** Who asks, and who is on it. */
function Requester({ row }: { row: ApprovalView }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className={cx("truncate", row.requester === "" && "text-ink-3")}>{row.requester === "" ? "—" : row.requester}</span>
      <ClaimChip request={row} />
    </span>
  );
}

function Pair({ first, second, title }: { first: ReactNode; second: ReactNode; title?: string }) {
  return (
    <span className="block leading-[17px]" title={title}>
      <span className="block truncate">{first}</span>
      <span className="block truncate text-[12px] text-ink-3">{second}</span>
    </span>
  );
}

/** The time of day when it is near, else day and time. */
function due(at: number, now: number, format: Format): string {
  return Math.abs(at - now) < 12 * 3_600_000 ? format.minute(at) : format.dayMinute(at, now);
}

/** Time left, as a bar that runs out and as words. */
function DeadlineBar({ row }: { row: ApprovalView }) {
  const { t } = useTranslation();
  const format = useFormat();
  // A bar as wide as a hand's breadth moves by half a pixel each percent.
  const level = useClock((now) => deadline(row.requested_at, row.deadline, now).level);
  const percent = useClock((now) => Math.round(deadline(row.requested_at, row.deadline, now).share * 200) / 2);
  const age = useClock((now) => format.age(Math.abs(deadline(row.requested_at, row.deadline, now).left)));
  const exact = useClock((now) => (row.deadline === null ? null : format.dateTime(row.deadline, now)));
  const clock = useClock((now) => (row.deadline === null ? null : due(row.deadline, now, format)));
  if (level === "none") return <span className="text-ink-3">{t("approvals.noDeadline")}</span>;
  const text = level === "over" ? t("approvals.over", { age }) : level === "soon" ? t("approvals.soon", { age }) : t("approvals.left", { age });
  return (
    <span className="block" title={exact === null ? undefined : t(row.deadline_is_own ? "approvals.ownDeadline" : "approvals.deadlineName", { text: exact })}>
      <span className={cx("num flex items-center gap-1 truncate text-[12px]", INKS[level])}>
        {level === "over" ? <OctagonAlert aria-hidden className="size-3 flex-none" /> : level === "soon" ? <Clock3 aria-hidden className="size-3 flex-none" /> : null}
        <span className="truncate">{text}</span>
        {row.deadline_is_own && <UserRound aria-label={t("approvals.ownDeadlineMark")} className="ml-auto size-3 flex-none text-ink-3" />}
        <span className={cx("flex-none text-ink-2", !row.deadline_is_own && "ml-auto")}>{clock}</span>
      </span>
      <span aria-hidden className="gauge mt-1 block h-[3px] overflow-hidden rounded-sm bg-raised">
        <i className={cx("tint block h-full rounded-sm", BARS[level])} style={{ width: level === "over" ? "100%" : `${percent}%` }} />
      </span>
    </span>
  );
}

function Decision({ row, state, decide, on }: { row: ApprovalView; state: RowState; decide: Deciding; on: boolean }) {
  const { t } = useTranslation();
  if (!row.can_decide && state.kind === "open") return <Elsewhere request={row} />;
  if (state.kind === "open") {
    return (
      <span className="flex gap-1.5" onClick={(event) => event.stopPropagation()}>
        <Button aria-label={t("common.actionOn.approve", { what: row.number })} look={on ? "primary" : "plain"} kbd={on ? "A" : undefined} onClick={() => decide.approve([row])}>
          {t("common.actions.approve")}
        </Button>
        <Button aria-label={t("common.actionOn.reject", { what: row.number })} kbd={on ? "R" : undefined} onClick={() => decide.reject([row])}>
          {t("approvals.rejectOne")}
        </Button>
      </span>
    );
  }
  if (state.kind === "held") return <Held request={row} approve={state.approve} until={state.until} forWhom={state.forWhom} />;
  const again = isOpen(state);
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <StateText state={state} />
      {again && (
        <span className="flex flex-none items-center" onClick={(event) => event.stopPropagation()}>
          <Button look="plain" icon={<RefreshCw aria-hidden />} onClick={() => (state.approve ? decide.approve([row]) : decide.reject([row]))}>
            {t("approvals.retry")}
          </Button>
          {state.kind === "refused" && (
            <IconButton label={t("approvals.dismiss")} onClick={() => decide.dismiss(row.key)}>
              <X aria-hidden />
            </IconButton>
          )}
        </span>
      )}
    </span>
  );
}

/** Day and time; how long ago it was is a hover away. */
function When({ at }: { at: number }) {
  const format = useFormat();
  const said = useClock((now) => format.dateTime(at, now));
  const ago = useClock((now) => format.relative(at, now));
  return <span title={ago}>{said}</span>;
}

/** Who decided; of what was decided here in another's name both. */
function DecidedBy({ row }: { row: ApprovalView }) {
  const { t } = useTranslation();
  const whom = row.decision?.state === "confirmed" ? row.decision.on_behalf_of : null;
  if (whom !== null) {
    const text = t("approvals.state.youFor", { whom });
    return <span title={text}>{text}</span>;
  }
  return row.decided_by ?? <span className="text-ink-3">—</span>;
}

const OUTCOMES: Record<ApprovalStatus, { readonly ink: string; readonly icon: ReactNode }> = {
  pending: { ink: "text-ink-2", icon: <Clock3 aria-hidden className="size-3.5" /> },
  approved: { ink: "text-good", icon: <Check aria-hidden className="size-3.5" /> },
  rejected: { ink: "text-crit", icon: <X aria-hidden className="size-3.5" /> },
  withdrawn: { ink: "text-ink-2", icon: <Undo2 aria-hidden className="size-3.5" /> },
};

const NOTHING: Known = { sending: new Map(), refusals: new Map(), waiting: new Map() };

export function useHistoryColumns(): readonly Column<ApprovalView>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWord();
  return useMemo(
    () => [
      {
        id: "outcome",
        header: t("approvals.column.outcome"),
        beside: ICON,
        holds: (row) => word("approvalStatus", row.status),
        cell: (row) => (
          <span className={cx("inline-flex items-center gap-1.5 align-middle", OUTCOMES[row.status].ink)}>
            {OUTCOMES[row.status].icon}
            {word("approvalStatus", row.status)}
          </span>
        ),
      },
      { id: "number", header: t("approvals.column.number"), width: "minmax(148px, 0.8fr)", holds: (row) => codeIn(row.number), cell: (row) => <><span title={`${word("resourceType", row.resource_type)} ${row.number}`}>{row.number}</span><Derived from={row.derived_from} /></> },
      { id: "amount", header: t("approvals.column.amount"), align: "end", spare: 1, holds: (row) => amountText(format, row), cell: (row) => <Amount row={row} /> },
      { id: "requester", header: t("approvals.column.requester"), width: "104px", spare: 2, className: "text-ink-2", cell: (row) => <span title={joined([row.requester, row.party])}>{row.requester}</span> },
      { id: "reason", header: t("approvals.column.reason"), width: "minmax(96px, 1fr)", spare: 4, className: "text-ink-2", cell: (row) => row.reason !== null && <span title={row.reason}>{row.reason}</span> },
      { id: "by", header: t("approvals.column.by"), width: "minmax(88px, 124px)", className: "text-ink-2", cell: (row) => <DecidedBy row={row} /> },
      {
        id: "comment",
        header: t("approvals.column.comment"),
        width: "minmax(120px, 1.6fr)",
        spare: 3,
        className: "text-ink-2",
        cell: (row) => {
          const state = rowState(row, NOTHING);
          return state.kind === "overtaken" ? <StateText state={state} /> : row.comment !== null ? <span title={row.comment}>{row.comment}</span> : state.kind === "confirmed" ? <span className="text-ink-3">{t("approvals.ours")}</span> : null;
        },
      },
      { id: "at", header: t("approvals.column.at"), align: "end", className: "text-ink-2", holds: (row) => (row.decided_at === null ? "" : format.dateTime(row.decided_at, coreNow())), cell: (row) => row.decided_at !== null && <When at={row.decided_at} /> },
    ],
    [t, format, word],
  );
}
