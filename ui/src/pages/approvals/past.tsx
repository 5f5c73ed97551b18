// What became of the decided ones: the newest as they come, older ones as one scrolls, all of them by what one looks for. It says how far back it goes.

import { History } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovalView } from "@/bindings/ApprovalView";
import { useClock, useFormat } from "@/format";
import { Button, EmptyState, SectionHeader, VirtualRows } from "@/parts";
import { SearchField } from "@/parts/search";
import { openEvent } from "@/route/selection";
import { errorText, joined } from "@/text";
import { useHistoryColumns } from "./columns";
import { pastKey, useHistory } from "./history";

export function Past({ newest }: { newest: readonly ApprovalView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [query, setQuery] = useState("");
  const { rows, busy, error, more, backTo, next } = useHistory(newest, query.trim());
  const columns = useHistoryColumns();
  const reach = useClock((now) => (backTo === null ? "" : t(more ? "approvals.past.soFar" : "approvals.past.all", { time: format.dayMinute(backTo, now) })));
  return (
    <section aria-label={t("approvals.history")} className="flex min-h-0 flex-col border-t border-line-strong">
      <SectionHeader
        className="border-b border-line"
        title={t("approvals.history")}
        note={joined([format.integer(rows.length) + (more ? "+" : ""), reach])}
        right={<SearchField label={t("approvals.past.search")} value={query} onChange={setQuery} className="w-[260px] max-w-full" />}
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
          ) : query.trim() === "" ? (
            <EmptyState icon={<History />} title={t("approvals.historyEmpty")} />
          ) : (
            <EmptyState icon={<History />} title={t("approvals.past.none", { query: query.trim() })} text={reach} />
          )
        }
      />
    </section>
  );
}
