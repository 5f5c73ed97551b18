// The kinds of outgoing actions: what a new one of each begins with, and how one is told in a line.

import type { Action } from "@/bindings/Action";
import type { Hook } from "@/bindings/Hook";

export const KINDS = ["webhook", "email", "wecom", "dingtalk", "feishu", "command"] as const;
export type Kind = (typeof KINDS)[number];

/** "Tell me alerts": what a new action for people begins with. */
export const ALERTS = "kind:watchdeck:alert change:fired severity>=warning";

/** The ports that go with an encryption. */
export const PORTS = { implicit: 465, starttls: 587, none: 25 } as const;

export function kindOf(action: Action): Kind {
  return action.kind === "robot" ? action.maker : action.kind;
}

/** An id that no other action has, nor had: its dead letters carry it. */
const freshId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;

function freshAction(kind: Kind): Action {
  switch (kind) {
    case "webhook":
      return { kind, url: "" };
    case "email":
      return { kind, server: "", port: PORTS.implicit, tls: "implicit", user: "", from: "", to: [], ca_file: "" };
    case "wecom":
    case "dingtalk":
    case "feishu":
      return { kind: "robot", maker: kind, url: "" };
    case "command":
      return { kind, program: "", args: [] };
  }
}

export function fresh(kind: Kind, name: string): Hook {
  return { id: freshId(), name, filter: kind === "webhook" ? "" : ALERTS, action: freshAction(kind), subject: "", text: "" };
}

/** Where one goes may hold a key (a robot's, a chat service's): people see where, and not how to get in. */
export function withoutKeys(url: string): string {
  const [place = "", query] = url.split(/\?(.*)/s);
  const parts = place.split("/").map((part, i) => (i > 2 && part.length >= 16 && /\d/.test(part) ? "•••" : part));
  return `${parts.join("/")}${query === undefined ? "" : "?•••"}`;
}

/** Whether the secret of one is used for the other, as the core decides it: a password goes to the same server and user only. */
export function samePlace(before: Action, now: Action): boolean {
  if (before.kind === "email" && now.kind === "email") return before.server === now.server && before.port === now.port && before.tls === now.tls && before.user === now.user;
  return kindOf(before) === kindOf(now);
}

/** A signing secret as Standard Webhooks has it: 32 bytes of chance. */
export function freshSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
