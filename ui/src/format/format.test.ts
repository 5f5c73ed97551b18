import { describe, expect, it } from "vitest";
import { formatFor } from "./format";

const zh = formatFor("zh-CN");
const en = formatFor("en");
const plain = (text: string) => text.replaceAll(/[\u2009\u00a0\u202f]/g, " ");

describe("money", () => {
  it("is formatted from exact text, digit by digit", () => {
    expect(plain(zh.money("9007199254740993.01")), "2^53 + 1 does not fit a binary float").toBe("¥ 9,007,199,254,740,993.01");
    expect(plain(en.money("0.1"))).toBe("¥ 0.10");
  });

  it("carries a real minus and a plus where it is a change", () => {
    expect(plain(zh.moneyChange("-960.00"))).toBe("−¥ 960.00");
    expect(plain(zh.moneyChange("8460"))).toBe("+¥ 8,460.00");
  });

  it("takes the currency it is given, and yuan for none or nonsense", () => {
    expect(plain(en.money("5", "USD"))).toBe("$ 5.00");
    expect(plain(en.money("5", "not a code"))).toBe("¥ 5.00");
  });

  it("shows what is no amount as it came", () => {
    expect(zh.money("a lot")).toBe("a lot");
  });
});

describe("quantities", () => {
  it("change with a sign that is as wide as the plus", () => {
    expect([zh.change(-12), zh.change("200"), zh.change("0"), zh.change("-0.5")]).toEqual(["−12", "+200", "0", "−0.5"]);
  });

  it("are grouped when they are numbers and left alone when they are words", () => {
    expect([en.quantity("12800"), en.quantity("shipped"), en.quantity("-3")]).toEqual(["12,800", "shipped", "−3"]);
  });
});

describe("durations", () => {
  it("use two units at most", () => {
    expect(plain(zh.duration(252_000))).toBe("4 分钟 12 秒");
    expect(plain(en.duration(7_500_000))).toBe("2 hr 5 min");
    expect(plain(zh.duration(12))).toBe("12 ms");
    expect(plain(en.duration(0.4))).toBe("0 ms");
  });

  it("drop the small unit when it is zero", () => {
    expect(plain(en.duration(3_600_000))).toBe("1 hr");
  });

  it("are never negative: a clock that is a little ahead is not the future", () => {
    expect(plain(en.age(-400))).toBe("0 sec");
  });
});

describe("relative times", () => {
  it("say the distance in one unit", () => {
    expect(en.relative(0, 90_000)).toBe("1 min. ago");
    expect(zh.relative(3 * 3_600_000, 0)).toBe("3小时后");
  });
});

describe("bytes and days", () => {
  it("are rounded to what a person reads", () => {
    expect(plain(en.bytes(41_943_040))).toBe("40 MB");
    expect(zh.day("2026-11-21")).toBe("2026年11月21日");
    expect(zh.day("no day")).toBe("no day");
  });
});
