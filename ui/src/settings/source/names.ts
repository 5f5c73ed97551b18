// What the fields of the form are called.

import { useTranslation } from "react-i18next";
import type { DialectName } from "@/bindings/DialectName";
import { dialectOf } from "@/dialects";
import type { DraftField } from "./draft";

/** The label of the token's field: people know a cookie from a token. */
export function useTokenLabel(): (dialect: DialectName) => string {
  const { t } = useTranslation();
  return (dialect) => t(`sources.form.${dialectOf(dialect).secret}`);
}

/** A field as its label names it. */
export function useFieldName(): (field: DraftField, dialect: DialectName) => string {
  const { t } = useTranslation();
  const token = useTokenLabel();
  return (field, dialect) => (field === "token" ? token(dialect) : field === "proxyKind" ? t("sources.form.proxy") : t(`sources.form.${field}`));
}
