import { expect, it } from "vitest";
import { tidyAddress } from "./address";

it.each([
  ["  ws://10.0.0.2:3002/ \n", "ws://10.0.0.2:3002/"],
  ["\ufeffws://10.0.0.2:3002/ws\u200b", "ws://10.0.0.2:3002/ws"],
  ["“ws://10.0.0.2:3002/ws”,", "ws://10.0.0.2:3002/ws"],
  ["ws://10.0.0.2:3002\n/ws", "ws://10.0.0.2:3002/ws"],
  ["ws：／／１０.0.0.2：3002/消息？x", "ws://10.0.0.2:3002/消息？x"],
  ["ws：／／10.0.0.2：3002／ws", "ws://10.0.0.2:3002/ws"],
  ["erp.local", "erp.local"],
])("%j is what was meant", (typed, meant) => {
  expect(tidyAddress(typed)).toBe(meant);
});
