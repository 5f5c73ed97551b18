// What became of the decided ones: the newest as they come, older ones as one scrolls, all of them by what one looks for. It says how far back it goes.

import { ChevronDown, History } from "lucide-react";
import { type ComponentProps, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { useClock, useFormat } from "@/format";
import { ExportMenu } from "@/jobs/export-menu";
import { Button, EmptyState, Menu, SectionHeader, VirtualRows } from "@/parts";
import { SearchField } from "@/parts/search";
import { openEvent } from "@/route/selection";
import { errorText, joined, useWord } from "@/text";
import { useHistoryColumns } from "./columns";
import { EVERYTHING, isEverything, pastKey, useHistory, type Wanted } from "./history";

export function Past({ newest }: { newest: readonly ApprovalView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [wanted, setWanted] = useState<Wanted>(EVERYTHING);
  const { query } = wanted;
  const asked = useMemo(() => ({ ...wanted, query: wanted.query.trim() }), [wanted]);
  const { rows, busy, error, more, backTo, next } = useHistory(newest, asked);
  const columns = useHistoryColumns();
  const reach = useClock((now) => (backTo === null ? "" : t(more ? "approvals.past.soFar" : "approvals.past.all", { time: format.dayMinute(backTo, now) })));
  return (
    <section aria-label={t("approvals.history")} className="flex min-h-0 min-w-0 flex-col border-t border-line-strong">
      <SectionHeader
        className="border-b border-line"
        title={t("approvals.history")}
        note={joined([format.integer(rows.length) + (more ? "+" : ""), reach])}
        right={
          <span className="flex min-w-0 flex-wrap items-center justify-end gap-1.5">
            <Filters wanted={wanted} seen={newest} onChange={setWanted} />
            <SearchField label={t("approvals.past.search")} value={query} onChange={(query) => setWanted({ ...wanted, query })} className="w-[230px] max-w-full min-w-[96px]" />
            <ExportMenu what="decisions" begin={(start, format) => start("export_decisions", { ...asked, format })} />
          </span>
        }
      />
      {error !== null && (
        <p role="alert" className="flex items-center gap-3 border-b border-line bg-warn-soft px-4 py-1">
          {t("approvals.past.failed", { error: errorText(error) })}
          <Button look="ghost" onClick={next}>
            {t("approvals.retry")}
          </Button>
        </p>
      )}
      <VirtualRows
        label={t("approvals.history")}
        rows={rows}
        rowKey={pastKey}
        columns={columns}
        onNearEnd={next}
        onOpen={(row) => openEvent(row.seq)}
        empty={
          busy ? (
            <EmptyState icon={<History />} title={t("approvals.past.looking")} text={reach} />
          ) : isEverything(asked) ? (
            <EmptyState icon={<History />} title={t("approvals.historyEmpty")} />
          ) : (
            <EmptyState icon={<History />} title={asked.query === "" ? t("approvals.past.noneFiltered") : t("approvals.past.none", { query: asked.query })} text={reach} />
          )
        }
      />
    </section>
  );
}

const OUTCOMES = ["approved", "rejected", "withdrawn"] as const;

/** Who decided, how, and what about. The types offered are those that were seen, and the one that is chosen. */
function Filters({ wanted, seen, onChange }: { wanted: Wanted; seen: readonly ApprovalView[]; onChange: (wanted: Wanted) => void }) {
  const { t } = useTranslation();
  const word = useWord();
  const types = [...new Set([...seen.map((row) => row.resource_type), ...(wanted.resource_type === null ? [] : [wanted.resource_type])])].sort();
  const { mine, outcome, resource_type } = wanted;
  const choice = (id: string, label: string, checked: boolean, change: Partial<Wanted>) => ({ id, label, checked, onSelect: () => onChange({ ...wanted, ...change }) });
  return (
    <>
      <Button look={mine ? "primary" : "plain"} aria-pressed={mine} onClick={() => onChange({ ...wanted, mine: !mine })}>
        {t("approvals.past.mine")}
      </Button>
      <Menu
        label={t("approvals.past.outcome")}
        trigger={<Picked label={t("approvals.past.outcome")} text={outcome === null ? t("approvals.past.anyOutcome") : word("approvalStatus", outcome)} />}
        items={[choice("", t("approvals.past.anyOutcome"), outcome === null, { outcome: null }), ...OUTCOMES.map((each) => choice(each, word("approvalStatus", each), outcome === each, { outcome: each }))]}
      />
      <Menu
        label={t("approvals.past.type")}
        trigger={<Picked label={t("approvals.past.type")} text={resource_type === null ? t("approvals.past.anyType") : word("resourceType", resource_type)} />}
        items={[choice("", t("approvals.past.anyType"), resource_type === null, { resource_type: null }), ...types.map((each) => choice(each, word("resourceType", each), resource_type === each, { resource_type: each }))]}
      />
    </>
  );
}

/** What is chosen, on the button that opens the choice. */
function Picked({ label, text, ...rest }: { label: string; text: string } & ComponentProps<typeof Button>) {
  return (
    <Button aria-label={`${label}: ${text}`} {...rest}>
      <span className="flex items-center gap-1">
        {text}
        <ChevronDown aria-hidden className="size-3.5 text-ink-3" />
      </span>
    </Button>
  );
}
