// What the core raises alerts for, and the numbers that it compares with.

export { LIMITS, limitOf } from "./limits";
export { isListed, ruleOf, RULES, switched } from "./rules";
export { useAlertText, useRuleName } from "./words";
