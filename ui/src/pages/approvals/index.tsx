// Approvals: the queue by deadline, decided one by one or many at once, and what became of the decided ones.

import { CircleCheckBig } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isOpen, rowState, useActions } from "@/act";
import { ClaimButtons, useClaimItems, useToggleClaim } from "@/act/claim-buttons";
import type { ApprovalsView } from "@/bindings/ApprovalsView";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { useFormat } from "@/format";
import { useKeys } from "@/keys";
import { Button, EmptyState, SectionHeader, VirtualRows } from "@/parts";
import { ViewGate } from "@/parts/view-gate";
import { openEvent } from "@/route/selection";
import { joined } from "@/text";
import { type Deciding, useQueueColumns } from "./columns";
import { Outbox } from "./outbox";
import { Past } from "./past";
import { type Chosen, toggled } from "@/parts/selection";
import { added, allOrNone, cursorAfter, NONE, pruned } from "./selection";
import { totals } from "@/format/totals";

export default function Approvals() {
  return <ViewGate name="approvals">{(view) => <Desk view={view} />}</ViewGate>;
}

const approvalKey = (row: ApprovalView) => row.key;

function Desk({ view }: { view: ApprovalsView }) {
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <Outbox />
      <div className="grid min-h-0 flex-1 grid-rows-[minmax(0,1fr)_minmax(160px,38%)]">
        <Queue pending={view.pending} />
        <Past newest={view.history} />
      </div>
    </div>
  );
}

function Queue({ pending }: { pending: readonly ApprovalView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { cursor, setCursor, chosen, setChosen } = useDeskState(pending);
  const { sending, refusals, waiting, approve, reject, dismiss } = useActions();
  const decide = useMemo<Deciding>(() => {
    const onDone = (keys: readonly string[]) => setChosen((before) => new Set([...before].filter((key) => !keys.includes(key))));
    return { sending, refusals, waiting, dismiss, approve: (rows) => approve(rows, onDone), reject: (rows) => reject(rows, onDone) };
  }, [sending, refusals, waiting, approve, reject, dismiss, setChosen]);

  const toggleClaim = useToggleClaim();
  const claimItems = useClaimItems();

  const open = (rows: readonly ApprovalView[]) => rows.filter((row) => row.can_decide && isOpen(rowState(row, decide)));
  // What a key acts on: the chosen ones, else the row under the cursor.
  const meant = () => open(chosen.size > 0 ? pending.filter((row) => chosen.has(row.key)) : pending.filter((row) => row.key === cursor));
  const extending = useRef(false);
  const extend = (event: KeyboardEvent) => {
    extending.current = event.shiftKey;
    if (event.shiftKey && cursor !== null) setChosen((before) => added(before, cursor));
    return false;
  };
  useKeys({
    a: () => (meant().length === 0 ? false : decide.approve(meant())),
    r: () => (meant().length === 0 ? false : decide.reject(meant())),
    c: () => (meant().length === 0 ? false : toggleClaim(meant())),
    x: () => (cursor === null ? false : setChosen((before) => toggled(before, cursor))),
    Escape: () => (chosen.size === 0 ? false : setChosen(NONE)),
    j: extend,
    k: extend,
    ArrowDown: extend,
    ArrowUp: extend,
  });

  const keys = useMemo(() => pending.map(approvalKey), [pending]);
  const all = keys.length > 0 && keys.every((key) => chosen.has(key));
  const columns = useQueueColumns({
    chosen,
    all,
    cursor,
    decide,
    onToggle: useCallback((key: string) => setChosen((before) => toggled(before, key)), [setChosen]),
    onAll: useCallback(() => setChosen((before) => allOrNone(before, keys)), [setChosen, keys]),
  });
  const marked = pending.filter((row) => chosen.has(row.key));
  const able = open(marked);

  return (
    <section aria-label={t("approvals.queue")} className="flex min-h-0 flex-col">
      {marked.length > 0 ? (
        <div role="toolbar" aria-label={t("approvals.selected", { n: format.integer(marked.length) })} className="flex h-[38px] flex-none items-center gap-2.5 border-b border-line bg-accent-soft px-4">
          <h2 className="num whitespace-nowrap">{t("approvals.selected", { n: format.integer(marked.length) })}</h2>
          <span className="num min-w-0 truncate text-ink-2">
            {joined(totals(marked)
              .map((total) => format.money(total.amount, total.currency))
              )}
          </span>
          <span className="ml-auto flex flex-none gap-1.5">
            <Button look="primary" kbd="A" disabled={able.length === 0} onClick={() => decide.approve(able)}>
              {t("approvals.approveMany", { n: format.integer(able.length) })}
            </Button>
            <Button kbd="R" disabled={able.length === 0} onClick={() => decide.reject(able)}>
              {t("approvals.rejectMany", { n: format.integer(able.length) })}
            </Button>
            <ClaimButtons requests={able} kbd="C" />
            <Button look="ghost" kbd="Esc" className="-mr-2.5" onClick={() => setChosen(NONE)}>
              {t("approvals.clear")}
            </Button>
          </span>
        </div>
      ) : (
        <SectionHeader
          className="border-b border-line"
          title={t("approvals.queue")}
          note={`${format.integer(pending.length)} · ${t("approvals.queueNote")}`}
          right={<span className="text-[12px] @max-[760px]:hidden">{t("approvals.keys")}</span>}
        />
      )}
      <VirtualRows
        label={t("approvals.queue")}
        rows={pending}
        rowKey={approvalKey}
        columns={columns}
        rowHeight={44}
        primary
        selected={cursor}
        menu={claimItems}
        rowClass={(row) => (["held", "sending"].includes(rowState(row, decide).kind) ? "[&>*:not(:last-child)]:opacity-55" : chosen.has(row.key) && "bg-accent-soft/50")}
        onSelect={(row) => {
          setCursor(row.key);
          if (extending.current) setChosen((before) => added(before, row.key));
          extending.current = false;
        }}
        onOpen={(row) => openEvent(row.seq)}
        empty={<EmptyState icon={<CircleCheckBig />} title={t("approvals.empty")} text={t("approvals.emptyText")} />}
      />
    </section>
  );
}

/** The cursor and the choice, held to what is still in the queue. */
function useDeskState(pending: readonly ApprovalView[]) {
  const [state, setState] = useState<{ keys: readonly string[]; from: readonly ApprovalView[]; cursor: string | null; chosen: Chosen }>(() => ({ keys: pending.map(approvalKey), from: pending, cursor: pending[0]?.key ?? null, chosen: NONE }));
  let now = state;
  if (state.from !== pending) {
    const keys = pending.map(approvalKey);
    now = { keys, from: pending, cursor: cursorAfter(state.keys, keys, state.cursor) ?? keys[0] ?? null, chosen: pruned(state.chosen, keys) };
    setState(now);
  }
  return {
    cursor: now.cursor,
    chosen: now.chosen,
    setCursor: useCallback((cursor: string) => setState((before) => ({ ...before, cursor })), []),
    setChosen: useCallback((next: Chosen | ((before: Chosen) => Chosen)) => setState((before) => ({ ...before, chosen: typeof next === "function" ? next(before.chosen) : next })), []),
  };
}
