// An action in the list: what it is, where it goes and for which events; how many went, wait and are parked, which leads to Feed health.

import { Pencil, Trash2, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { HandlerView } from "@/bindings/HandlerView";
import type { Hook } from "@/bindings/Hook";
import { useClock, useFormat } from "@/format";
import { cx, IconButton } from "@/parts";
import { go } from "@/route";
import { useSettings } from "@/settings";
import { failureText, joined } from "@/text";
import { KindIcon } from "./icon";
import { kindOf, withoutKeys } from "./kinds";

export function ActionLine({ hook, handler, onEdit, onRemove }: { hook: Hook; handler: HandlerView | null; onEdit: () => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const kind = kindOf(hook.action);
  const to = useDestination(hook);
  return (
    <li aria-label={hook.name} className="flex min-h-12 items-center gap-3 border-b border-line/55 px-3 py-1.5 last:border-b-0">
      <span title={t(`outgoing.kind.${kind}`)} className="flex-none text-ink-3">
        <KindIcon kind={kind} className="size-4" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate font-[520]">{hook.name}</p>
        <p className="truncate text-[12px] text-ink-3">
          {t(`outgoing.kind.${kind}`)} · {to} · {hook.filter === "" ? t("outgoing.everything") : <code className="font-mono">{hook.filter}</code>}
        </p>
      </div>
      <State hook={hook} handler={handler} />
      <IconButton label={t("outgoing.edit", { name: hook.name })} onClick={onEdit}>
        <Pencil aria-hidden />
      </IconButton>
      <IconButton label={t("outgoing.remove", { name: hook.name })} onClick={onRemove}>
        <Trash2 aria-hidden />
      </IconButton>
    </li>
  );
}

function useDestination({ action }: Hook): string {
  const { t } = useTranslation();
  const format = useFormat();
  switch (action.kind) {
    case "webhook":
    case "robot":
      return withoutKeys(action.url);
    case "email":
      return action.to.length < 2 ? (action.to[0] ?? "") : t("outgoing.people", { count: action.to.length - 1, first: action.to[0] ?? "", n: format.integer(action.to.length - 1) });
    case "command":
      return action.program;
  }
}

/** What came of it so far. A number that is zero is not said, but for what was delivered. */
function State({ hook, handler }: { hook: Hook; handler: HandlerView | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings } = useSettings();
  const at = handler?.last_error?.at ?? 0;
  const age = useClock((now) => format.age(Math.max(0, now - at)));
  if (handler === null) return null;
  const forbidden = hook.action.kind === "command" && !settings.allow_commands;
  const delivered = handler.handled ?? 0;
  const failing = handler.state === "failing";
  const words = [
    forbidden && t("outgoing.notAllowed"),
    handler.state === "paused" && t("outgoing.paused"),
    handler.state === "stopped" && t("outgoing.stopped"),
    t("outgoing.delivered", { count: delivered, n: format.integer(delivered) }),
    handler.retrying > 0 && t("outgoing.waiting", { count: handler.retrying, n: format.integer(handler.retrying) }),
    handler.letters > 0 && t("outgoing.parked", { count: handler.letters, n: format.integer(handler.letters) }),
  ];
  const wrong = failing || handler.letters > 0 || forbidden;
  const error = handler.last_error === null ? null : t("outgoing.lastError", { age, words: failureText(handler.last_error.words) });
  return (
    <button
      type="button"
      onClick={() => go("health", { part: "handlers" })}
      title={[t("outgoing.see"), t("outgoing.deliveredSince"), error].filter((line) => line !== null).join("\n")}
      className={cx("num inline-flex max-w-[46%] flex-none items-center gap-1.5 truncate rounded-md px-1.5 py-0.5 text-[12px] hover:bg-raised", wrong ? "text-warn" : "text-ink-2")}
    >
      {wrong && <TriangleAlert aria-hidden className="size-3.5 flex-none" />}
      <span className="truncate">{joined(words)}</span>
    </button>
  );
}
