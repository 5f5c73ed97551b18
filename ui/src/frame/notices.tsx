// New alerts as notifications inside the window, where the host cannot show them outside of it. Renders nothing itself.

import { useEffect, useEffectEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import type { AlertView } from "@/bindings/AlertView";
import type { Hint } from "@/bindings/Hint";
import { coreNow } from "@/format/clock";
import { useLive, useView } from "@/live";
import { type Notice, removeNotice, showNotice } from "@/parts/notice";
import { go } from "@/route";
import { useSettings } from "@/settings";
import { useAlertText } from "@/text";
import { looked, NO_NEWS, putAway, requestOf, seenRest } from "./news";
import { openEvent } from "./selection";

const REST = "watchdeck:rest";
const NONE: readonly Hint[] = [];

export function Notices() {
  const needed = useLive((live) => live.frame?.hints ?? NONE).includes("no_notifications");
  return needed ? <Following /> : null;
}

function Following() {
  const { t } = useTranslation();
  const { data } = useView("alerts");
  const { settings } = useSettings();
  const { approve, reject, acknowledge } = useActions();
  const alertText = useAlertText();
  const news = useRef(NO_NEWS);

  const notice = (alert: AlertView): Notice => {
    const text = alertText(alert);
    const request = requestOf(alert);
    const { seq } = alert;
    const open = { label: t("common.actions.open"), run: () => (seq === null ? go("alerts") : openEvent(seq)) };
    return {
      id: alert.id,
      severity: alert.severity,
      title: text.title,
      body: text.parts.join(" · "),
      actions:
        request === null
          ? [{ label: t("common.actions.acknowledge"), run: () => void acknowledge([alert.id]) }, open]
          : [
              { label: t("common.actions.approve"), run: () => approve([request]) },
              { label: t("common.actions.reject"), run: () => reject([request]) },
            ],
    };
  };

  const look = useEffectEvent((active: readonly AlertView[]) => {
    const held = news.current.held.length;
    const step = looked(news.current, active, settings.delivery, coreNow());
    news.current = step.news;
    for (const id of step.remove) removeNotice(id);
    for (const alert of step.show) showNotice(notice(alert), () => (news.current = putAway(news.current, alert.id)));
    const rest = step.news.held.length;
    if (rest === 0 && held > 0) removeNotice(REST);
    if (rest > 0 && rest !== held) {
      const worst = active.some((alert) => alert.severity === "critical" && step.news.held.includes(alert.id)) ? "critical" : "warning";
      const open = () => {
        removeNotice(REST);
        go("alerts");
      };
      showNotice({ id: REST, severity: worst, title: t("frame.notice.rest", { count: rest }), body: t("frame.notice.restText"), actions: [{ label: t("common.actions.open"), run: open }] }, () => (news.current = seenRest(news.current)));
    }
  });
  useEffect(() => {
    if (data !== null) look(data.active);
  }, [data]);

  useEffect(
    () => () => {
      for (const id of news.current.shown) removeNotice(id);
      removeNotice(REST);
      news.current = NO_NEWS;
    },
    [],
  );
  return null;
}
