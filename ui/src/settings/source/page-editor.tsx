// The ERP's pages, a line for each type of request: which it is for, and the address.

import { Plus, Trash2 } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Button, cx, IconButton } from "@/parts";
import { useWord } from "@/text";
import { type ErpPage, nextType, OTHERS, pageProblem, pagesOf, textOf, TYPES } from "./erp-pages";
import { fieldId, Help, INPUT, Label } from "./field";
import type { SourceFormApi } from "./use-form";

export function PageEditor({ form, api }: { form: string; api: SourceFormApi }) {
  const { t } = useTranslation();
  const word = useWord();
  const types = useId();
  const id = fieldId(form, "openUrls");
  const problem = api.problem("openUrls");
  const pages = pagesOf(api.draft.openUrls);
  const put = (pages: readonly ErpPage[]) => api.set({ openUrls: textOf(pages) });
  const change = (at: number, patch: Partial<ErpPage>) => put(pages.map((page, place) => (place === at ? { ...page, ...patch } : page)));
  return (
    <div>
      <Label id={`${id}-wrong`} problem={problem}>
        {t("sources.form.openUrls")}
      </Label>
      <datalist id={types}>
        {TYPES.map((type) => (
          <option key={type} value={type}>
            {type === OTHERS ? t("sources.form.openUrlsOthers") : word("resourceType", type)}
          </option>
        ))}
      </datalist>
      {pages.length > 0 && (
        <ul className="mb-1.5 flex flex-col gap-1.5">
          {pages.map((page, at) => {
            const wrong = problem !== undefined && pageProblem(page) !== null;
            return (
              // Lines have no name of their own: what is typed is all there is.
              <li key={at} className="grid grid-cols-[132px_minmax(0,1fr)_auto] items-center gap-2">
                <input list={types} aria-label={t("sources.form.openUrlsType")} value={page.type} spellCheck={false} autoComplete="off" title={page.type === OTHERS ? t("sources.form.openUrlsOthers") : word("resourceType", page.type)} onChange={(event) => change(at, { type: event.target.value })} className={cx(INPUT, "border-line-strong font-mono text-[12px]")} />
                <input
                  id={at === 0 ? id : undefined}
                  aria-label={t("sources.form.openUrlsAddress", { type: page.type === OTHERS ? t("sources.form.openUrlsOthers") : word("resourceType", page.type) })}
                  aria-invalid={wrong}
                  aria-describedby={`${id}-wrong ${id}-help`}
                  autoFocus={page.url === ""}
                  value={page.url}
                  spellCheck={false}
                  autoComplete="off"
                  placeholder={t("sources.form.examples.openUrl")}
                  onChange={(event) => change(at, { url: event.target.value })}
                  onBlur={() => api.leave("openUrls")}
                  className={cx(INPUT, "font-mono text-[12px]", wrong ? "border-crit" : "border-line-strong")}
                />
                <IconButton label={t("sources.form.openUrlsRemove", { type: page.type })} onClick={() => put(pages.filter((_, place) => place !== at))}>
                  <Trash2 aria-hidden />
                </IconButton>
              </li>
            );
          })}
        </ul>
      )}
      <Button id={pages.length === 0 ? id : undefined} icon={<Plus aria-hidden />} onClick={() => put([...pages, { type: nextType(pages), url: "" }])}>
        {t("sources.form.openUrlsAdd")}
      </Button>
      <Help id={`${id}-help`}>
        {t("sources.form.openUrlsHelp")} <code className="font-mono text-ink-2">{"{id} {number} {type}"}</code>
      </Help>
    </div>
  );
}
