// What could not be read in events that were: by source, kind and field, how often, and what stood there last. The event is a row like any other; what is
// listed here is missing in sums and figures.

import { CircleCheck, ListFilter } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { HealthView } from "@/bindings/HealthView";
import type { UnreadField } from "@/bindings/UnreadField";
import type { UnreadOf } from "@/bindings/UnreadOf";
import { useFormat, useToday } from "@/format";
import { useSources } from "@/live";
import { Button, cx, EmptyState, SourceMark } from "@/parts";
import { go } from "@/route";
import { openEvent } from "@/route/selection";
import { joined, useKindTitle, useWord } from "@/text";

/** In a row of its own where there is little room: the field's name is what the row is about. */
const SAMPLE = "order-last col-span-full truncate pb-1 @[660px]:order-none @[660px]:col-span-1 @[660px]:pb-0";

export function Unread({ unread }: { unread: HealthView["unread"] }) {
  const { t } = useTranslation();
  if (unread.length === 0) return <EmptyState icon={<CircleCheck />} title={t("health.unreadNone")} text={t("health.unreadNoneText")} />;
  return (
    <div className="@container min-h-0 flex-1 overflow-y-auto">
      {unread.map((of) => (
        <OfSource key={of.source} of={of} />
      ))}
    </div>
  );
}

function OfSource({ of }: { of: UnreadOf }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const source = useSources().of(of.source);
  const name = source?.name ?? of.source;
  return (
    <>
      <h4 className="num sticky top-0 flex h-7 items-center gap-2 border-b border-line bg-surface px-4">
        {source !== null && <SourceMark colour={source.colour} />}
        <span className="min-w-0 truncate font-[540]">{name}</span>
        <span className="flex-none text-[12px] font-[450] text-ink-3">{t("health.unreadSince", { count: of.times, n: format.integer(of.times), time: format.dateTime(of.since, today) })}</span>
      </h4>
      <ul aria-label={t("health.unreadOf", { name })}>
        {of.fields.map((field) => (
          <Field key={`${field.kind} ${field.channel} ${field.field}`} source={of.source} field={field} />
        ))}
        {of.others > 0 && <li className="num border-b border-line/55 px-4 py-1 text-ink-2">{t("health.unreadOthers", { count: of.others, n: format.integer(of.others) })}</li>}
      </ul>
    </>
  );
}

function Field({ source, field }: { source: string; field: UnreadField }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const title = useKindTitle();
  const word = useWord();
  return (
    <li className="num grid min-h-7 grid-cols-[132px_minmax(0,1fr)_minmax(76px,auto)_auto] items-center gap-x-3 @[660px]:grid-cols-[132px_minmax(0,1fr)_minmax(0,1fr)_minmax(76px,auto)_auto] border-b border-line/55 px-4">
      <span className="text-ink-2">{format.dateTime(field.last_at, today)}</span>
      <span className="truncate" title={joined([field.kind, field.field, field.channel])}>
        {title(field)} · <span className="text-warn">{word("field", field.field)}</span> <span className="text-ink-3">· {field.channel}</span>
      </span>
      {field.sample === "" ? (
        <span title={t("health.unreadMissing")} className={cx(SAMPLE, "text-ink-3")}>
          {t("health.unreadMissing")}
        </span>
      ) : (
        <code title={field.sample} className={cx(SAMPLE, "font-mono text-[12px] text-ink-2 [unicode-bidi:isolate]")}>
          {field.sample}
        </code>
      )}
      <span className="text-right" title={t("health.unreadFirst", { time: format.dateTime(field.first_at, today) })}>
        {t("health.unreadTimes", { count: field.times, n: format.integer(field.times) })}
      </span>
      <span className="-mr-2.5 flex">
        <Button look="ghost" className="px-1.5" icon={<ListFilter aria-hidden />} title={t("health.unreadList")} aria-label={t("health.unreadList")} onClick={() => go("events", { filter: `source:${source} kind:${field.kind}` })} />
        <Button look="ghost" title={t("health.unreadNewest")} onClick={() => openEvent(field.seq)}>
          {t("common.actions.open")}
        </Button>
      </span>
    </li>
  );
}
