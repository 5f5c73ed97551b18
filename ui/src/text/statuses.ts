// Words that come from ERPs, in the languages that they come in. Not shown: compared with.

/** Final statuses that are not where an order wants to go. */
export const WAYS_OUT: ReadonlySet<string> = new Set(["cancelled", "canceled", "closed", "rejected", "已取消", "已关闭"]);
