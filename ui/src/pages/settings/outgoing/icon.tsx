import { Mail, MessageSquareText, SquareTerminal, Webhook } from "lucide-react";
import type { Kind } from "./kinds";

const ICONS = { webhook: Webhook, email: Mail, wecom: MessageSquareText, dingtalk: MessageSquareText, feishu: MessageSquareText, command: SquareTerminal } as const;

/** What an action is, at a glance; its name says it in words. */
export function KindIcon({ kind, className }: { kind: Kind; className?: string }) {
  const Icon = ICONS[kind];
  return <Icon aria-hidden className={className} />;
}
