import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CommandError } from "@/host";
import { changeLanguage, startText } from ".";
import { errorDetail, errorText, failureText, isKnownFailure } from "./failures";

startText("zh-CN");
afterEach(() => changeLanguage("zh-CN"));

const CRATES = join(import.meta.dirname, "../../../crates");

/** Messages that a person may come to read, from where the core makes them, with something in their holes. */
const MADE: readonly (readonly [string, RegExp])[] = [
  ["console/src/commands/actions.rs", /(?:invalid|not_found|Err)\((?:format!\()?"([^"]+)"/g],
  ["gateway/src/access/principal.rs", /format!\("(\{\} may not (?:acknowledge|read what)[^"]+)"/g],
  ["console/src/commands/delegations.rs", /(?:invalid|not_found)\((?:format!\()?"([^"]+)"/g],
  ["console/src/delegations/gateway.rs", /#\[error\("([^"{][^"]+)"/g],
  ["console/src/delegations/deputy.rs", /Err\(format!\("([^"]+)"/g],
  ["console/src/absence/lines.rs", /#\[error\("([^"{][^"]+)"/g],
  ["gateway/src/delegations/delegation.rs", /#\[error\("([^"{][^"]+)"/g],
  ["gateway/src/delegations/delegation.rs", /invalid\("([^"]+)"\)/g],
  ["console/src/commands/queries.rs", /(?:invalid|not_found)\((?:format!\()?"([^"]+)"/g],
  ["console/src/commands/history.rs", /(?:invalid|not_found)\((?:format!\()?"([^"]+)"/g],
  ["console/src/commands/setup.rs", /(?:invalid|not_found)\((?:format!\()?"([^"]+)"/g],
  ["console/src/settings/check.rs", /invalid\((?:format!\()?\s*"([^"]+)"/g],
  ["console/src/settings/merge.rs", /invalid\((?:format!\()?\s*"([^"]+)"/g],
  ["alerts/src/turns.rs", /Err\(format!\(\s*"([^"]+)"/g],
  ["console/src/tones.rs", /invalid\((?:format!\()?\s*"([^"]+)"/g],
  ["console/src/decisions.rs", /Err\((?:format!\()?"([^"]+)"/g],
  ["console/src/decisions/sender.rs", /Refused\("([^"]+)"\.into\(\)\) \}/g],
  ["console/src/jobs.rs", /invalid\((?:format!\()?"([^"]+)"/g],
  ["console/src/keeping.rs", /invalid\((?:format!\()?"([^"]+)"/g],
  ["console/src/commands/keeping.rs", /invalid\((?:format!\()?"([^"]+)"/g],
  ["console/src/commands/letters.rs", /invalid\((?:format!\()?"([^"]+)"/g],
  ["console/src/commands/handlers.rs", /invalid\((?:format!\()?"([^"]+)"/g],
  ["console/src/outgoing/check.rs", /invalid\((?:format!\()?\s*"([^"]+)"/g],
  ["console/src/outgoing/sign.rs", /format!\(\s*"([^"]+)"/g],
  ["console/src/outgoing/mail.rs", /UNENCRYPTED: &str = "([^"]+)"/g],
  ["console/src/outgoing/trial.rs", /format!\("(no answer [^"]+)"/g],
  ["handlers/src/refusal.rs", /#\[error\("((?!there is a handler)[^"]+)"/g],
  ["filter/src/term.rs", /(?:Err|ok_or_else|map_err)\((?:\|_?\| )?(?:format!\()?"([^"]+)"/g],
  ["filter/src/measured.rs", /(?:Err|ok_or_else|map_err)\((?:\|_?\| )?(?:format!\()?"([^"{][^"]+)"/g],
  ["filter/src/condition.rs", /message: "([^"]+)"/g],
  ["alerts/src/written/compiled.rs", /fault\("\w+", (?:format!\()?"([^"]+)"/g],
  ["alerts/src/silence.rs", /(?:format!\(|Err\()"([^"{][^"]+)"/g],
  ["alerts/src/hours.rs", /format!\("([^"]+)"/g],
  ["console/src/core/rules.rs", /invalid\((?:format!\()?"([^"]+)"/g],
  ["filter/src/lib.rs", /message: format!\("([^"]+)"/g],
  ["store/src/error.rs", /#\[error\("([^"{][^"]+)"/g],
];

describe("what the core says when something fails", () => {
  it.each(MADE)("has words in both languages: %s", (file, pattern) => {
    const code = readFileSync(join(CRATES, file), "utf8").split("#[cfg(test)]")[0] ?? "";
    const messages = [...code.matchAll(pattern)].map((match) => (match[1] ?? "").replaceAll(/\{[^}]*\}/g, "7"));
    expect(messages.length, "the file says something").toBeGreaterThan(0);
    const wakes = messages.flatMap((message) => (message.startsWith("the 7 of") ? ["wake-up address", "login page"].map((what) => message.replace("7", what)) : [message]));
    expect(wakes.filter((message) => !isKnownFailure(message))).toEqual([]);
    for (const message of wakes) expect(failureText(message), "Chinese").toMatch(/[\u3400-\u9fff]/);
  });

  it("keeps what is named in it, and the original as detail", () => {
    expect(failureText("RT-0093 was already decided by 李强")).toBe("RT-0093 已由 李强 处理");
    expect(failureText("saving the settings: the disk is full (no space)")).toBe("磁盘已满");
    const thrown = new CommandError("not_found", "the alert low_stock:P-1 is over");
    expect(errorText(thrown)).toBe("此告警已经恢复");
    expect(errorDetail(thrown)).toEqual({ description: "原文：the alert low_stock:P-1 is over" });
    changeLanguage("en");
    expect(failureText("RT-0093 was already decided by somebody else")).toBe("RT-0093 was already decided by somebody else");
  });

  it("says what is not known by its code, with the original, and leaves others' words alone", () => {
    expect(errorText(new CommandError("internal", "a thing of another version"))).toBe("核心内部出错。请重试；若重复出现，请在“数据链路”页生成诊断包。 原文：a thing of another version");
    expect(failureText("只有已提交的退货订单可以审批"), "the ERP's own words").toBe("只有已提交的退货订单可以审批");
    changeLanguage("en");
    expect(errorText(new CommandError("internal", "a thing of another version"))).toBe("a thing of another version");
  });
});
