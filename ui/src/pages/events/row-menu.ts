// What the right button offers on an event: only what is like it, or anything but that.

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { withNot, withOnly } from "@/filter";
import { isRow, type Item, type KnownSources } from "@/live";
import type { MenuItem } from "@/parts/overlay";
import { useKindTitle } from "@/text";

/** Items that change the filter's text; those of the column under the pointer first. */
export function useRowMenu(filter: string, onFilter: (filter: string) => void, sources: KnownSources): (item: Item, column: string | null) => readonly MenuItem[] {
  const { t } = useTranslation();
  const title = useKindTitle();
  return useCallback(
    (item, column) => {
      if (!isRow(item)) return [];
      const sayings = [
        { name: "kind", column: "kind", value: item.kind, reads: title({ kind: item.kind }) },
        { name: "subject", column: "label", value: item.subject, reads: item.label },
        { name: "actor", column: "actor", value: item.actor, reads: item.actor },
        { name: "source", column: "source", value: item.source, reads: sources.of(item.source)?.name ?? item.source },
      ] as const;
      const first = sayings.filter((each) => each.column === column);
      return [...first, ...sayings.filter((each) => each.column !== column)].flatMap(({ name, value, reads }) =>
        value === null
          ? []
          : [
              { id: `only ${name}`, label: t("parts.menu.only", { what: t(`parts.menu.${name}`), value: reads }), onSelect: () => onFilter(withOnly(filter, name, value)) },
              { id: `not ${name}`, label: t("parts.menu.not", { what: t(`parts.menu.${name}`), value: reads }), onSelect: () => onFilter(withNot(filter, name, value)) },
            ],
      );
    },
    [t, title, filter, onFilter, sources],
  );
}
