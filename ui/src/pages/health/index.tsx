// Feed health: whether the picture on the other pages is whole, and how fresh it is.

import { TriangleAlert, Unplug } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HealthView } from "@/bindings/HealthView";
import { useFormat } from "@/format";
import { useLive } from "@/live";
import { Button, cx, EmptyState, SectionHeader } from "@/parts";
import { Tabs } from "@/parts/tabs";
import { ViewGate } from "@/parts/view-gate";
import { go, useRoute } from "@/route";
import { Aside } from "./aside";
import { SupportBundle } from "./bundle";
import { Demo, Inside, Rate, Store } from "./figures";
import { Gaps } from "./gaps";
import { Handlers } from "./handlers";
import { Latency } from "./latency";
import { Malformed } from "./malformed";
import { SourceCard } from "./source";
import { type Explained, Summary } from "./summary";
import type { Range } from "./timeline";
import { Unread } from "./unread";
import { isRecent } from "./verdict";

type Trouble = "gaps" | "malformed" | "aside" | "unread";
type Part = "sources" | "handlers";

export default function Health() {
  return (
    <ViewGate name="health" links={false}>
      {(view) => <Board view={view} />}
    </ViewGate>
  );
}

function Board({ view }: { view: HealthView }) {
  const { t } = useTranslation();
  const [tab, setTab] = useState<Trouble>("gaps");
  const { query } = useRoute();
  // `?part=handlers` in the address leads there.
  const [part, setPart] = useState<Part>(query.part === "handlers" ? "handlers" : "sources");
  const lead = (where: Explained) => {
    setPart(where === "letters" ? "handlers" : "sources");
    if (where !== "letters") setTab(where);
  };
  const troubled = view.handlers.some((one) => one.letters > 0 || one.state === "failing");
  return (
    <>
      <Summary view={view} onShow={lead} right={<SupportBundle />} />
      <div className="flex h-[34px] flex-none items-center border-b border-line px-4">
        <Tabs<Part>
          label={t("handlers.view")}
          panel="health-part"
          value={part}
          onChange={setPart}
          tabs={[
            { id: "sources", label: t("handlers.tabSources") },
            { id: "handlers", label: t("handlers.tab"), mark: troubled ? <TriangleAlert aria-hidden className="size-3.5 text-warn" /> : undefined },
          ]}
        />
        {part === "handlers" && <p className="ml-auto truncate pl-4 text-ink-3">{t("handlers.note")}</p>}
      </div>
      <div id="health-part" role="tabpanel" aria-label={t(part === "handlers" ? "handlers.tab" : "handlers.tabSources")} className="flex min-h-0 flex-1 flex-col">
        {part === "handlers" ? <Handlers handlers={view.handlers} /> : <Feeds view={view} tab={tab} onTab={setTab} />}
      </div>
    </>
  );
}

/** The sources with what may be missing of them, and the figures beside. */
function Feeds({ view, tab, onTab }: { view: HealthView; tab: Trouble; onTab: (tab: Trouble) => void }) {
  const { t } = useTranslation();
  const demo = useLive((live) => live.frame?.sources.some((source) => source.demo && source.state.kind !== "paused") ?? false);
  const [range, setRange] = useState<Range>("hour");
  return (
    <div className="@container flex min-h-0 flex-1">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <div className="min-h-0 flex-[0_1_auto] overflow-y-auto" tabIndex={0} role="region" aria-label={t("health.sources")} data-inset-focus>
          {view.sources.length === 0 ? (
            <EmptyState icon={<Unplug />} title={t("health.none")} text={t("health.noneText")} action={<Button onClick={() => go("settings")}>{t("health.toSettings")}</Button>} />
          ) : (
            <>
              <SectionHeader title={t("health.sources")} note={<Count n={view.sources.length} />} right={<Ranges value={range} onChange={setRange} />} className="sticky top-0 z-10 border-b border-line bg-surface" />
              {view.sources.map((source) => (
                <SourceCard key={source.id} source={source} range={range} />
              ))}
            </>
          )}
        </div>
        <Troubles view={view} tab={tab} onTab={onTab} />
      </div>
      <div className="@container w-[clamp(340px,34%,420px)] flex-none overflow-y-auto border-l border-line" tabIndex={0} role="region" aria-label={t("health.figures")} data-inset-focus>
        <Rate values={view.rate} />
        <Latency view={view} />
        <Store store={view.store} />
        <Inside view={view} />
        {demo && <Demo />}
      </div>
    </div>
  );
}

function Count({ n }: { n: number }) {
  const format = useFormat();
  return format.integer(n);
}

/** How far back the strips reach. */
function Ranges({ value, onChange }: { value: Range; onChange: (range: Range) => void }) {
  const { t } = useTranslation();
  return (
    <div role="radiogroup" aria-label={t("health.range.title")} className="flex rounded-md border border-line-strong p-px">
      {(["hour", "day"] as const).map((each) => (
        <button key={each} type="button" role="radio" aria-checked={each === value} onClick={() => onChange(each)} className={cx("num h-[22px] rounded-[5px] px-2 text-[12px]", each === value ? "bg-raised text-ink" : "text-ink-3 hover:text-ink")}>
          {t(`health.range.${each}`)}
        </button>
      ))}
    </div>
  );
}

/** What is or may be missing: holes in time, frames that could not be read, what was set aside, and values that nobody understood. */
function Troubles({ view, tab, onTab }: { view: HealthView; tab: Trouble; onTab: (tab: Trouble) => void }) {
  const { t } = useTranslation();
  const fields = view.unread.flatMap((of) => of.fields);
  const open = view.gaps.some((gap) => gap.filled === null);
  const mark = (on: boolean) => (on ? <TriangleAlert aria-hidden className="size-3.5 text-warn" /> : undefined);
  return (
    <section aria-label={t(`health.${tab}`)} className="flex min-h-0 flex-[1_0_214px] flex-col">
      <div className="flex h-[38px] flex-none items-center border-b border-line px-4">
        <Tabs<Trouble>
          label={t("health.missing")}
          panel="health-missing"
          value={tab}
          onChange={onTab}
          tabs={[
            { id: "gaps", label: t("health.gaps"), count: view.gaps.length, mark: mark(open) },
            { id: "malformed", label: t("health.malformed"), count: view.malformed.length, mark: mark(view.malformed.length > 0) },
            { id: "aside", label: t("health.aside"), count: view.set_aside.length + view.faults.length, mark: mark(view.set_aside.length + view.faults.length > 0) },
            { id: "unread", label: t("health.unread"), count: fields.length, mark: mark(fields.some((field) => isRecent(view, field.last_at))) },
          ]}
        />
      </div>
      <div id="health-missing" role="tabpanel" aria-label={t(`health.${tab}`)} className="flex min-h-0 flex-1 flex-col">
        <Shown tab={tab} view={view} />
      </div>
    </section>
  );
}

function Shown({ tab, view }: { tab: Trouble; view: HealthView }) {
  switch (tab) {
    case "gaps":
      return <Gaps gaps={view.gaps} />;
    case "malformed":
      return <Malformed frames={view.malformed} />;
    case "aside":
      return <Aside view={view} />;
    case "unread":
      return <Unread unread={view.unread} />;
  }
}
