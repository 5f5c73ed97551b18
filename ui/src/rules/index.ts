// Alert rules as the window shows them, and the numbers of the settings that they compare with.

export { type AnyLimit, limitOf, LIMITS } from "./limits";
export { isListed, shippedAgain, switched } from "./rules";
export { alertText, type Lang, said, useAlertText, useLang, useLimitFault, useRuleName } from "./words";
