// Notifications inside the window, where the host cannot show them outside of it. What is told, and when, is the core's to say: this only draws what
// the core would have shown, and carries the buttons back. Renders nothing itself.

import { useEffect, useEffectEvent, useRef } from "react";
import { useActions } from "@/act";
import type { NoticeView } from "@/bindings/NoticeView";
import { useHost, useLive } from "@/live";
import { type Notice, removeNotice, showNotice } from "@/parts/notice";
import { go } from "@/route";
import { openEvent } from "@/route/selection";

const NONE: readonly NoticeView[] = [];

export function Notices() {
  const notices = useLive((live) => live.frame?.notices ?? NONE);
  const host = useHost();
  const { approve, reject } = useActions();
  const drawn = useRef(new Map<string, string>());

  const answer = (notice: NoticeView, action: string) => {
    const { request } = notice;
    if (request !== null && action === "approve") return approve([request]);
    // A rejection needs its reason, which a notification has no room to ask for.
    if (request !== null && action === "reject") return reject([request]);
    if (action === "open") {
      if (notice.seq === null) go("alerts");
      else openEvent(notice.seq);
    }
    host.call("notice_answered", { id: notice.id, action }).catch(() => undefined);
  };

  const card = (notice: NoticeView): Notice => ({
    id: notice.id,
    severity: notice.severity,
    title: notice.title,
    body: notice.body,
    actions: notice.actions.map(({ id, label }) => ({ label, run: () => answer(notice, id) })),
  });

  const look = useEffectEvent((told: readonly NoticeView[]) => {
    for (const id of [...drawn.current.keys()].filter((id) => !told.some((notice) => notice.id === id))) {
      drawn.current.delete(id);
      removeNotice(id);
    }
    for (const notice of told) {
      const text = JSON.stringify(notice);
      if (drawn.current.get(notice.id) === text) continue;
      drawn.current.set(notice.id, text);
      showNotice(card(notice), () => {
        // Put away by a person or by time: the core forgets it too, and says it anew only when there is something new to say.
        if (drawn.current.get(notice.id) === text) host.call("notice_answered", { id: notice.id, action: "closed" }).catch(() => undefined);
      });
    }
  });
  useEffect(() => look(notices), [notices]);

  useEffect(
    () => () => {
      for (const id of drawn.current.keys()) removeNotice(id);
      drawn.current.clear();
    },
    [],
  );
  return null;
}
