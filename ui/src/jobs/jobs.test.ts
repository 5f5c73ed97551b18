import { expect, it } from "vitest";
import type { JobView } from "@/bindings/JobView";
import { progressOf } from ".";

const job = (done: number, of: number): JobView => ({ kind: "export", began_at: 0, ended_at: null, done, of, path: "", bytes: 0, error: null, cancelled: false });

it("is never more than done, and says nothing of what nobody knows", () => {
  expect([job(0, 0), job(5, 10), job(12, 10)].map((each) => progressOf(each)?.share ?? null)).toEqual([null, 0.5, 1]);
});
