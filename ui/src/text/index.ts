// The catalogues of strings and the language of the window: by setting, else by the system.
//
//   const { t } = useTranslation();            // from react-i18next, keys are typed
//   t("overview.needs.title")
//   const word = useWord();                    // for words that come inside data and may be unknown
//   word("words.status", row.status)

import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "@/bindings/Language";
import type { Lang } from "@/format/format";
import { en } from "./en";
import { zh } from "./zh";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof zh };
    returnNull: false;
  }
}

/** The language for a setting and the system's preferences, best first. */
export function languageFor(setting: Language, preferences: readonly (string | null | undefined)[]): Lang {
  if (setting !== "system") return setting;
  for (const tag of preferences) {
    if (tag?.toLowerCase().startsWith("zh")) return "zh-CN";
    if (tag?.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

/** Ready at once: the catalogues are in the bundle. */
export function startText(lang: Lang): i18n {
  void i18next.use(initReactI18next).init({
    lng: lang,
    fallbackLng: false,
    resources: { "zh-CN": { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
    initAsync: false,
  });
  document.documentElement.lang = lang;
  return i18next;
}

export function changeLanguage(lang: Lang): void {
  if (i18next.language === lang) return;
  document.documentElement.lang = lang;
  void i18next.changeLanguage(lang);
}

export { amountLook, moneyStep, signed, type Told } from "./happening";
export { errorDetail, errorText, failureText, isKnownFailure } from "./failures";
export { DOT, joined } from "./joined";
export { happening, useGapText, useKindTitle, useLinkReason, useLinkText, useWord, type Word } from "./words";
