import { describe, expect, it } from "vitest";
import { edits, nearest } from "./nearest";
import { didYouMean } from "./suggest";

const kind = (zh: string, en: string, domain: string, ...fields: string[]) => ({ zh, en, domain, fields, own: false });
const known = {
  kinds: {
    "inventory:change": kind("库存变动", "Stock change", "inventory", "action", "productId", "operator"),
    "order:status": kind("订单状态", "Order status", "orders", "orderType", "newStatus", "customerName"),
    "approval:request": kind("审批申请", "Approval requested", "approvals", "resourceType"),
    "finance:payment": kind("收付款", "Payment", "finance", "recordType", "amount"),
    "system:alert": kind("系统告警", "System alert", "system", "level"),
    "user.registered": kind("用户注册", "User registered", "people", "username"),
  },
  sources: [{ id: "src-1", name: "华东 ERP" }],
};
const meant = (filter: string) => didYouMean(filter, known)?.filter ?? null;

describe("did you mean", () => {
  it.each([
    ["kind:inv", "kind:inventory:*"],
    ["kind:inventory", "kind:inventory:*"],
    ["kind：inv", "kind:inventory:*"],
    ["kind:invetory:*", "kind:inventory:*"],
    ["kind:order:statsu", "kind:order:status"],
    ["kind:库存", "kind:inventory:*"],
    ["kind:财务", "kind:finance:*"],
    ["kind:user", "kind:user.*"],
    ["status:aprovd", "status:approved"],
    ["newStatus:Shiped", "newStatus:shipped"],
    ["status:已批", "status:approved"],
    ["severity:warn", "severity:warning"],
    ["severity:严", "severity:critical"],
    ["action:outbond", "action:outbound"],
    ["domain:inventry", "domain:inventory"],
    ["source:华东", "source:src-1"],
    ["knd:inventory:*", "kind:inventory:*"],
    ["Kind:inventory:*", "kind:inventory:*"],
    ["类型:inventory:*", "kind:inventory:*"],
    ["操作人:张三", "actor:张三"],
    ["customer:宏远", "customerName:宏远"],
    ["knd:inv", "kind:inventory:*"],
  ])("%s → %s", (filter, wanted) => expect(meant(filter)).toBe(wanted));

  it("changes that term and leaves the rest alone", () => {
    expect(meant("盘点 -kind:inv after:2h")).toBe("盘点 -kind:inventory:* after:2h");
    expect(meant("(kind:inv OR 退货)")).toBe("(kind:inventory:* OR 退货)");
    expect(didYouMean("a kind:inv", known)?.term).toBe("kind:inventory:*");
  });

  it.each(["kind:inventory:*", "kind:*", "kind:change", "kind:库存变动", "status:approved", "status:已批准", "status:app*", "severity:警告", "severity:Warning", "盘点", "after:2h", "productId:kind", "kind:zzzzzz", "qqqqqqq:1", "status:xyzzy", "actor:张三", '"see kind:inv"x'])(
    "has nothing to say of %s",
    (filter) => expect(meant(filter)).toBeNull(),
  );
});

describe("nearness", () => {
  it("counts letters that are wrong, and a swap once", () => {
    expect([edits("aprovd", "approved"), edits("kidn", "kind"), edits("", "abc"), edits("same", "same")]).toEqual([2, 1, 3, 0]);
  });

  it("prefers what begins so, and knows when nothing is near", () => {
    const words = ["paid", "packed", "pending"].map((is) => ({ is, called: [is] }));
    expect([nearest("pa", words), nearest("pendin", words), nearest("pnding", words), nearest("xyz", words), nearest("", words)]).toEqual(["paid", "pending", "pending", null, null]);
  });
});
