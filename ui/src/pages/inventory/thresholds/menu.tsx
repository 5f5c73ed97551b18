// Thresholds out of the window and back: the menu at the head of the page, and what was read of a file.

import { FileDown, FileSpreadsheet, FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { StockRow } from "@/bindings/StockRow";
import { useFormat } from "@/format";
import { Button, Dialog, IconButton, Menu } from "@/parts";
import { toast } from "@/parts/notice";
import { useSettings } from "@/settings";
import { errorDetail, errorText } from "@/text";
import { ImportDialog } from "./import-dialog";
import { read, type Reading, written } from "./sheet";
import { useExport } from "./use-export";

/** Largest table that is read. */
const LARGEST = 8 << 20;

interface Opened {
  readonly file: string;
  readonly reading: Reading | "tooLarge";
}

/** `products` are all that are listed, whatever is looked for. */
export function SheetMenu({ products }: { products: readonly StockRow[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings } = useSettings();
  const write = useExport();
  const [opened, setOpened] = useState<Opened | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const failed = (thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));

  const save = async () => {
    const head = { id: t("inventory.sheet.head.id"), name: t("inventory.sheet.head.name"), warehouse: t("inventory.sheet.head.warehouse"), onHand: t("inventory.sheet.head.onHand"), threshold: t("inventory.sheet.head.threshold") };
    const table = written(products, settings.product_thresholds, head);
    try {
      const path = await write(table.text);
      toast(t("inventory.sheet.made", { count: table.lines, n: format.integer(table.lines), path }));
    } catch (thrown) {
      failed(thrown);
    }
  };
  const open = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    try {
      const reading = chosen.size > LARGEST ? "tooLarge" : read(new Uint8Array(await chosen.arrayBuffer()), products, settings.product_thresholds);
      setOpened({ file: chosen.name, reading });
    } catch (thrown) {
      failed(thrown);
    }
  };
  return (
    <>
      <input
        ref={file}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
        aria-label={t("inventory.sheet.file")}
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          void open(chosen);
          // The same file may be chosen once more.
          event.target.value = "";
        }}
      />
      <Menu
        align="end"
        label={t("inventory.sheet.menu")}
        trigger={
          <IconButton label={t("inventory.sheet.menu")}>
            <FileSpreadsheet aria-hidden />
          </IconButton>
        }
        items={[
          { id: "export", label: t("inventory.sheet.export"), icon: <FileDown aria-hidden />, onSelect: () => void save() },
          { id: "import", label: t("inventory.sheet.import"), icon: <FileUp aria-hidden />, onSelect: () => file.current?.click() },
        ]}
      />
      {opened !== null &&
        (typeof opened.reading === "string" ? (
          <Dialog open onClose={() => setOpened(null)} width={460} title={t("inventory.sheet.title", { file: opened.file })} footer={<Button onClick={() => setOpened(null)}>{t("common.close")}</Button>}>
            <p role="alert">{opened.reading === "tooLarge" ? t("inventory.sheet.tooLarge") : t(`inventory.sheet.refused.${opened.reading}`)}</p>
          </Dialog>
        ) : (
          <ImportDialog file={opened.file} plan={opened.reading} onClose={() => setOpened(null)} />
        ))}
    </>
  );
}
