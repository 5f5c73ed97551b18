import { renderHook } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { useVersionText } from "./drawer-version";

beforeEach(() => {
  startText("en");
});

it("says which version an event is, and aloud where nobody knows it", () => {
  const { result } = renderHook(() => useVersionText());
  const say = (edition: Parameters<typeof result.current>[0]["edition"]) => result.current({ edition, newest: 3, read: null });
  expect(say({ kind: "known", version: 3 })).toEqual({ text: "3", odd: false });
  expect(say({ kind: "known", version: 1 })).toEqual({ text: "1, read as 3", odd: false });
  expect(say({ kind: "newer", version: 4 })).toEqual({ text: "4, newer than any pack knows (3): shown as it is", odd: true });
  expect(say({ kind: "unread", written: "latest" })).toEqual({ text: "“latest” is no version that a pack knows: shown as it is", odd: true });
  expect(say({ kind: "derived" })).toBeNull();
});
