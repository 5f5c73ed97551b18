// What a pack makes of an event: fields by the names that people have for them, the version that it was published in, and what it is read as.

import { useTranslation } from "react-i18next";
import type { EventDetail } from "@/bindings/EventDetail";
import type { VersionView } from "@/bindings/VersionView";
import { useFormat } from "@/format";
import { cx, SectionHeader } from "@/parts";
import { Fact } from "./drawer-fact";
import { prettyJson } from "./pretty-json";

export function NamedFields({ fields }: { fields: EventDetail["fields"] }) {
  const { lang } = useFormat();
  if (fields.length === 0) return null;
  return (
    <dl className="grid grid-cols-[minmax(84px,auto)_1fr] gap-x-4 gap-y-1.5 border-t border-line px-4 py-3 [&_dd]:min-w-0 [&_dd]:break-words [&_dt]:text-ink-3">
      {fields.map((field) => (
        <div key={field.name} className="contents">
          <dt title={field.name}>{lang === "en" ? field.en : field.zh}</dt>
          <dd className="num select-text">{field.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** In a few words; null where there is nothing to say. A version that nobody knows is said aloud. */
export function useVersionText(): (version: VersionView) => { text: string; odd: boolean } | null {
  const { t } = useTranslation();
  return ({ edition, newest }) => {
    switch (edition.kind) {
      case "known":
        return { text: edition.version === newest ? String(newest) : t("frame.drawer.versionOld", { version: edition.version, newest }), odd: false };
      case "newer":
        return { text: t("frame.drawer.versionNewer", { version: edition.version, newest }), odd: true };
      case "unread":
        return { text: t("frame.drawer.versionUnread", { written: edition.written }), odd: true };
      case "derived":
        return null;
    }
  };
}

export function VersionFact({ version }: { version: VersionView }) {
  const { t } = useTranslation();
  const said = useVersionText()(version);
  if (said === null) return null;
  return (
    <Fact name={t("frame.drawer.version")}>
      <span className={cx("num", said.odd && "text-warn")}>{said.text}</span>
    </Fact>
  );
}

/** Above the raw data: the same, as the packs have it read. */
export function AsRead({ read }: { read: string }) {
  const { t } = useTranslation();
  return (
    <section className="border-t border-line pb-4">
      <SectionHeader title={t("frame.drawer.read")} note={t("frame.drawer.readBy")} />
      <pre tabIndex={0} data-inset-focus className="mx-4 max-h-[240px] overflow-auto rounded-md border border-line bg-surface p-3 font-mono text-[11.5px] leading-[1.55] break-all whitespace-pre-wrap text-ink-2">
        {prettyJson(read)}
      </pre>
    </section>
  );
}
