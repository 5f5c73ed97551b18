import { useTranslation } from "react-i18next";
import { type Format, formatFor } from "./format";

/** The formats of the window's present language. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return formatFor(i18n.language === "en" ? "en" : "zh-CN");
}
