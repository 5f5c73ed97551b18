// Low-stock thresholds by warehouse: for products that have none of their own, before the one that holds for all.

import { Plus, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { useHost } from "@/live";
import { Button, IconButton, Menu } from "@/parts";
import { useSettings } from "@/settings";
import { NumberBox, SavingError, SavingMark, useSaver } from "./row";

export function Warehouses() {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const places = useWarehouses();
  const set = Object.keys(settings.warehouse_thresholds).sort((a, b) => a.localeCompare(b));
  const left = places.filter((place) => !set.includes(place));
  const put = (place: string, threshold: number | null) => void save({ warehouse_thresholds: { [place]: threshold } });
  return (
    <div className="mt-2 border-t border-line/55 px-4 pt-3">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-normal">{t("settings.warehouses.title")}</h3>
          <p className="text-[12px] leading-snug text-ink-3">{t("settings.warehouses.help", { n: format.number(settings.low_stock_threshold) })}</p>
        </div>
        <SavingMark saving={saving} />
        <Menu
          align="end"
          label={t("settings.warehouses.which")}
          trigger={
            <Button icon={<Plus aria-hidden />} disabled={left.length === 0} title={places.length === 0 ? t("settings.warehouses.none") : undefined}>
              {t("settings.warehouses.add")}
            </Button>
          }
          items={left.map((place) => ({ id: place, label: place, onSelect: () => put(place, settings.low_stock_threshold) }))}
        />
      </div>
      {set.length > 0 && (
        <ul aria-label={t("settings.warehouses.title")} className="mt-1.5 rounded-md border border-line bg-panel">
          {set.map((place) => (
            <li key={place} className="flex items-center gap-3 border-b border-line/55 px-3 py-1.5 last:border-b-0">
              <span className="min-w-0 flex-1 truncate" title={place}>
                {place}
              </span>
              <NumberBox label={t("settings.warehouses.of", { place })} value={String(settings.warehouse_thresholds[place])} unit={t("rules.unit.pieces")} onSave={(text) => put(place, Number(text))} />
              <IconButton label={t("settings.warehouses.remove", { place })} onClick={() => put(place, null)}>
                <Trash2 aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <SavingError saving={saving} />
    </div>
  );
}

/** Those that products lie in, asked once: the view has thousands of rows that are not wanted here. None where that fails; those with a threshold are there all the same. */
function useWarehouses(): readonly string[] {
  const host = useHost();
  const [places, setPlaces] = useState<readonly string[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    host.call("inventory", {}, stop.signal).then(
      ({ products }) => setPlaces([...new Set(products.flatMap(({ warehouse }) => (warehouse === null ? [] : [warehouse])))].sort((a, b) => a.localeCompare(b))),
      () => undefined,
    );
    return () => stop.abort();
  }, [host]);
  return places;
}
