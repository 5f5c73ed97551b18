// How long an event takes, stage by stage: published → server → this machine → stored, and the whole way to the screen.

import { ChevronDown } from "lucide-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { HealthView } from "@/bindings/HealthView";
import type { Percentiles } from "@/bindings/Percentiles";
import { useFormat } from "@/format";
import { Button, cx, Menu, SectionHeader, SourceMark } from "@/parts";

const MARKS = ["p50", "p95", "p99"] as const;
type StageName = "forwarded" | "travelled" | "committed" | "arrival" | "commit" | "painted";
interface Stage {
  readonly name: StageName;
  readonly values: Percentiles;
  /** The whole way, not a part of it. */
  readonly whole?: boolean;
}

/** One source is told stage by stage; all together only what is measured over all of them. */
function stagesOf(view: Pick<HealthView, "arrival" | "commit" | "painted" | "sources">, source: string | null): readonly Stage[] {
  const one = view.sources.find((each) => each.id === source);
  const painted: Stage = { name: "painted", values: view.painted, whole: true };
  return one === undefined
    ? [{ name: "arrival", values: view.arrival }, { name: "commit", values: view.commit }, painted]
    : [{ name: "forwarded", values: one.forwarded }, { name: "travelled", values: one.travelled }, { name: "committed", values: one.committed }, painted];
}

export function Latency({ view }: { view: HealthView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [chosen, setChosen] = useState<string | null>(null);
  const several = view.sources.length > 1;
  const only = several ? chosen : (view.sources[0]?.id ?? null);
  const stages = stagesOf(view, only);
  const longest = Math.max(1, ...stages.map((stage) => stage.values.p99));
  const name = view.sources.find((source) => source.id === only);
  return (
    <section aria-label={t("health.latency")} className="border-b border-line pb-2">
      <SectionHeader
        title={t("health.latency")}
        note={several ? undefined : t("health.latencyNote")}
        right={
          several && (
            <Menu
              align="end"
              label={t("health.latencyOf")}
              trigger={
                <Button look="ghost" className="-mr-2.5 max-w-[200px]" aria-label={`${t("health.latencyOf")}: ${name?.name ?? t("events.everySource")}`}>
                  {name !== undefined && <SourceMark colour={name.colour} />}
                  <span className="truncate">{name?.name ?? t("events.everySource")}</span>
                  <ChevronDown aria-hidden />
                </Button>
              }
              items={[
                { id: "", label: t("events.everySource"), checked: only === null, onSelect: () => setChosen(null) },
                ...view.sources.map((source) => ({
                  id: source.id,
                  label: (
                    <>
                      <SourceMark colour={source.colour} className="mr-2" />
                      {source.name}
                    </>
                  ),
                  checked: source.id === only,
                  onSelect: () => setChosen(source.id),
                })),
              ]}
            />
          )
        }
      />
      <table className="w-full">
        <thead>
          <tr className="h-6 text-right text-[12px] text-ink-3 [&>th]:font-[450]">
            <th scope="col" className="pl-4 text-left">
              <span className="sr-only">{t("health.stageColumn")}</span>
            </th>
            {MARKS.map((mark) => (
              <th key={mark} scope="col" className="px-1.5">
                {t(`health.percentile.${mark}`)}
              </th>
            ))}
            <th scope="col" className="pr-4 pl-1.5">
              {t("health.percentile.count")}
            </th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ name: stage, values, whole }) => (
            <Fragment key={stage}>
              <tr className={cx("num h-7 text-right", whole && "border-t border-line")}>
                <th scope="row" title={t(`health.stageText.${stage}`)} className={cx("w-full max-w-0 truncate pl-4 text-left", whole ? "font-[540]" : "font-[450]")}>
                  {t(`health.stage.${stage}`)}
                </th>
                {MARKS.map((mark) => (
                  <td key={mark} className={cx("px-1.5 whitespace-nowrap", mark === "p50" ? "font-[540]" : "text-ink-2")}>
                    {values.count === 0 ? <span className="text-ink-3">—</span> : format.duration(values[mark])}
                  </td>
                ))}
                <td className="pr-4 pl-1.5 whitespace-nowrap text-ink-3" title={values.count === 0 ? t("health.noSamples") : t("health.samples", { n: format.integer(values.count), max: format.duration(values.max) })}>
                  {values.count === 0 ? "0" : format.compact(values.count)}
                </td>
              </tr>
              <tr aria-hidden>
                <td colSpan={5} className="px-4 pb-1.5">
                  <Bar values={values} longest={longest} />
                </td>
              </tr>
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Half in full colour, 95 % and 99 % paler behind it, all stages on one scale. */
function Bar({ values, longest }: { values: Percentiles; longest: number }) {
  const width = (value: number) => `${Math.min(100, (value / longest) * 100)}%`;
  return (
    <div className="relative h-[5px] overflow-hidden rounded-sm bg-raised">
      {values.count > 0 && (
        <>
          <i className="absolute inset-y-0 left-0 bg-accent opacity-25" style={{ width: width(values.p99) }} />
          <i className="absolute inset-y-0 left-0 bg-accent opacity-45" style={{ width: width(values.p95) }} />
          <i className="absolute inset-y-0 left-0 bg-accent" style={{ width: width(values.p50) }} />
        </>
      )}
    </div>
  );
}
