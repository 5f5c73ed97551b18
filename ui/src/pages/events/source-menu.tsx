// Picks the source whose events the list shows.

import { ChevronDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { valueIn, withOnly } from "@/filter";
import { useLive } from "@/live";
import { Button, Menu, SourceMark } from "@/parts";

/** One source or all of them, as a term of the filter. */
export function SourceMenu({ filter, onFilter }: { filter: string; onFilter: (filter: string) => void }) {
  const { t } = useTranslation();
  const list = useLive((live) => live.frame?.sources);
  const wanted = valueIn(filter, "source");
  const chosen = list?.find((source) => source.id === wanted);
  const pick = (id: string | null) => onFilter(withOnly(filter, "source", id));
  return (
    <Menu
      align="end"
      label={t("events.source")}
      trigger={
        <Button className="mr-1 max-w-[180px]" aria-label={`${t("events.source")}: ${chosen?.name ?? t("events.everySource")}`}>
          {chosen !== undefined && <SourceMark colour={chosen.colour} />}
          <span className="truncate">{chosen?.name ?? t("events.everySource")}</span>
          <ChevronDown aria-hidden />
        </Button>
      }
      items={[
        { id: "", label: t("events.everySource"), checked: wanted === null, onSelect: () => pick(null) },
        ...(list ?? []).map((source) => ({
          id: source.id,
          label: (
            <>
              <SourceMark colour={source.colour} className="mr-2" />
              {source.name}
            </>
          ),
          checked: source.id === wanted,
          onSelect: () => pick(source.id),
        })),
      ]}
    />
  );
}
