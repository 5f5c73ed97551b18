// The errors of the core in the language of the window. The core says them in English, to whoever calls it; those that are known have words here in both
// languages, and the original stays as detail. A server's own words are shown as they came.

import i18next from "i18next";
import { CommandError } from "@/host/error";
import type { zh } from "./zh";

type Known = keyof typeof zh.failures;

/** What the core says, by the words' key; what is named in it fills the words in. The first that fits. */
const SAID: readonly (readonly [Known, RegExp])[] = [
  ["decidedBySomebody", /^(?<what>.+) was already decided by somebody else$/su],
  ["approvedByAlready", /^(?<who>.+) approved (?<what>.+) already; the ERP is being told$/su],
  ["rejectedByAlready", /^(?<who>.+) rejected (?<what>.+) already; the ERP is being told$/su],
  ["saysElse", /^(?<what>.+) says something else than when it was shown; look at it again and decide anew$/su],
  ["claimedBy", /^(?<who>.+) is on it since (?<at>\S+); ask them to release it or to hand it over$/su],
  ["claimOver", /^the request does not wait any more: .+$/su],
  ["claimsUnknown", /^this gateway keeps no claims; it is older than this console$/su],
  ["delegationCircle", /^this would lead in a circle: (?<why>.+); choose somebody else, or other times$/su],
  ["delegationTwice", /^you have delegated this to (?<who>.+) for a part of that time; end that delegation first$/su],
  ["delegationMany", /^there can be (?<most>\S+) delegations of one person at a time; end one first$/su],
  ["delegationNobody", /^only somebody in particular can delegate; sign in with a token of your own$/su],
  ["delegationGone", /^you have no delegation of this id$/su],
  ["delegationUnkept", /^the delegation could not be kept: (?<why>.+); send it again$/su],
  ["delegationTimes", /^`until` must be after `from`, both in ms since 1970$/su],
  ["delegationOver", /^`until` is over already$/su],
  ["delegationYear", /^a delegation lasts a year at most$/su],
  ["delegationTo", /^`to` needs an `id` of 1 to (?<most>\S+) bytes, and a `name` of at most as many$/su],
  ["delegationTypes", /^`types` names 1 to 32 types of things, like .+$/su],
  ["delegationsOlder", /^this gateway keeps no delegations; it is older than this console$/su],
  ["delegationsNone", /^this server keeps no delegations; connect through a Watchdeck gateway to pass decisions on$/su],
  ["sourcePaused", /^this source is paused; resume it to see and change who decides$/su],
  ["sourceUnconnected", /^this source is not connected yet; try again$/su],
  ["gatewayUnreached", /^the gateway cannot be reached: (?<why>.+)$/su],
  ["gatewayElse", /^the gateway did not answer as a gateway does \((?<why>.+)\)$/su],
  ["sayForWhom", /^several have passed the decision on (?<what>.+) on to you \((?<who>.+)\); say for whom it is$/su],
  ["notPassedOn", /^(?<who>.+) has not passed the decision on (?<what>.+) on to you$/su],
  ["sayForWhomGateway", /^(?<who>.+) have passed decisions on (?<what>.+) on to you; say for whom it is with `onBehalfOf`$/su],
  ["passedOnNothing", /^(?<who>.+) has not passed on to (?<why>.+) what is to be decided on (?<what>.+) now$/su],
  ["calendarLarge", /^a calendar file may have (?<most>\S+) MiB at most; export a shorter time of it$/su],
  ["calendarElse", /^this is not a calendar file; choose one that ends in \.ics, as Outlook, Google or Apple export it$/su],
  ["calendarCut", /^this calendar file ends in the middle; export it once more$/su],
  ["requestChanged", /^the request has changed since it was shown: (?<why>.+); look at it again and decide anew$/su],
  ["cannotTakeBack", /^the decision may have reached the ERP already and cannot be taken back$/su],
  ["waitsForSession", /^it waits for (?<who>.+) to sign in: the ERP is asked under their own session$/su],
  ["erpCannotSay", /^the ERP cannot be asked who you are just now; try again$/su],
  ["erpSilent", /^the ERP did not answer in time$/su],
  ["erpUnreached", /^the ERP cannot be reached: (?<why>.+)$/su],
  ["erpUnknown", /^the ERP does not know who asks \((?<why>.+)\); sign in there again$/su],
  ["requestWithdrawn", /^the request was withdrawn$/su],
  ["mayNotDecide", /^(?<who>.+) may not decide on (?<what>.+); ask for a role that may$/su],
  ["decidedBy", /^(?<what>.+) was already decided by (?<who>.+)$/su],
  ["withdrawn", /^(?<what>.+) was withdrawn; there is nothing to decide any more$/su],
  ["reasonNeeded", /^a rejection needs a reason$/su],
  ["fieldNeeded", /^the decision on (?<what>.+) needs (?<field>\S+)$/su],
  ["fieldUnknown", /^the decision on (?<what>.+) takes no (?<field>\S+)$/su],
  ["fieldNumber", /^(?<field>\S+) of (?<what>.+) must be a number$/su],
  ["fieldText", /^(?<field>\S+) of (?<what>.+) must be a text$/su],
  ["fieldRange", /^(?<field>\S+) of (?<what>.+) must be from (?<least>\S+) to (?<most>\S+)$/su],
  ["fieldLeast", /^(?<field>\S+) of (?<what>.+) must be (?<least>\S+) or more$/su],
  ["fieldMost", /^(?<field>\S+) of (?<what>.+) must be (?<most>\S+) or less$/su],
  ["fieldLong", /^(?<field>\S+) of (?<what>.+) may have (?<most>\S+) characters at most$/su],
  ["noErpPage", /^no address of the ERP's pages is set for (?<what>.+)$/su],
  ["erpPageMost", /^(?<what>.+) can have (?<most>\S+) addresses of the ERP's pages at most$/su],
  ["erpPageType", /^an address of the ERP's pages of (?<what>.+) needs a type, as return, or \* for all others$/su],
  ["erpPageScheme", /^the address for (?<kind>\S+) of (?<what>.+) must begin with http:\/\/ or https:\/\/, as .+$/su],
  ["erpPageServer", /^the address for (?<kind>\S+) of (?<what>.+) must name its server: .+$/su],
  ["erpPageSecret", /^the address for (?<kind>\S+) of (?<what>.+) holds a user or password; leave them out, as .+$/su],
  ["erpPagePlace", /^the address for (?<kind>\S+) of (?<what>.+) holds a place that nothing is known for; .+$/su],
  ["erpPageBad", /^the address for (?<kind>\S+) of (?<what>.+) is no address, as .+$/su],
  ["oppositeUnderWay", /^the opposite decision on (?<what>.+) is already on its way$/su],
  ["handedOn", /^the decision on (?<what>.+) was already handed on$/su],
  ["mayHaveArrived", /^the decision on (?<what>.+) may have reached the ERP already and cannot be taken back$/su],
  ["noDecision", /^there is no decision on (?<what>.+) to take back$/su],
  ["reasonTooLong", /^a reason may have (?<most>\S+) characters at most$/su],
  ["reasonsReady", /^(?<n>\S+) reasons at most can lie ready, of (?<most>\S+) characters each$/su],
  ["timesRange", /^a deadline or reminder of a type of request can be 1 to (?<most>\S+) minutes$/su],
  ["nameTooLong", /^a name may have (?<most>\S+) characters at most$/su],
  ["searchTooLong", /^a search may have (?<most>\S+) characters at most$/su],
  ["askNegative", /^the amount above which Watchdeck asks back must be zero or more$/su],
  ["noRequest", /^there is no request (?<what>.+)$/su],
  ["sourceRemoved", /^the source that this request came through has been removed$/su],
  ["alertOver", /^the alert (?<what>.+) is over$/su],
  ["alertNotSnoozed", /^the alert (?<what>.+) is not snoozed$/su],
  ["mayNotAcknowledge", /^(?<who>.+) may not acknowledge alerts of (?<what>.+); ask for a role that may$/su],
  ["mayNotReadAlert", /^(?<who>.+) may not read what this alert is about on (?<what>.+), and cannot have it; ask for a role that may$/su],
  ["snoozeRange", /^an alert can be put off for 1 to (?<most>\S+) minutes$/su],
  ["eventGone", /^this event is no longer in the store$/su],
  ["incidentsDemoOnly", /^incidents can be made to happen in the built-in ERP only, and it is not running$/su],
  ["noDemo", /^this build has no built-in ERP$/su],
  ["noSource", /^there is no source (?<what>.+)$/su],
  ["sourceNotRunning", /^no source (?<what>.+) is running$/su],
  ["wantsToken", /^this server wants a token, not the session of a web page; paste the token$/su],
  ["noLoginWindow", /^there is no login window here; sign in with a browser and paste the value of the session cookie$/su],
  ["notAddress", /^(?<what>.+) is not an address$/su],
  ["sameId", /^two sources have the id (?<what>.+)$/su],
  ["retiredId", /^the id (?<what>.+) belonged to another server that was removed, and its events carry it; give the new source another id$/su],
  ["thresholdNegative", /^a stock threshold must be zero or more$/su],
  ["limitsTooLow", /^orders can be stuck after 1 minute at the earliest, and a feed stale after 5 seconds$/su],
  ["sourceName", /^a source needs a name$/su],
  ["conflict", /^something else came first: event (?<what>.+)$/su],
  ["jobRuns", /^this is being done already$/su],
  ["keepDays", /^events can be kept for 1 to (?<most>\S+) days, or without end$/su],
  ["keepGigabytes", /^a channel can keep (?<least>\S+) gigabytes and more, or without end$/su],
  ["keepChannelName", /^a channel that is kept for another time needs a name$/su],
  ["holdNothing", /^a hold has to say what it holds: a channel, a kind, a subject, an event or a time$/su],
  ["wholePath", /^say the whole path of the file, from the root$/su],
  ["anewAlready", /^the figures are being computed anew already; try again when that is done$/su],
  ["anewOrNothing", /^the figures are being computed anew already, or nothing is to be stopped$/su],
  ["anewOnly", /^only the figures can be computed anew$/su],
  ["hooksMost", /^there may be (?<most>\S+) outgoing actions at most$/su],
  ["hookName", /^an outgoing action needs a name$/su],
  ["hookSameId", /^two outgoing actions have the id (?<what>.+)$/su],
  ["hookText", /^a text of (?<what>.+) may have (?<most>\S+) characters at most$/su],
  ["hookServer", /^(?<what>.+) needs the host and the port of a mail server, like smtp\.example\.com and 465$/su],
  ["hookUnencrypted", /^a mail leaves this machine encrypted only; choose TLS or STARTTLS$/su],
  ["hookSender", /^the sender of (?<what>.+) must be a mail address$/su],
  ["hookNobody", /^(?<what>.+) goes to 1 to (?<most>\S+) mail addresses$/su],
  ["hookMailbox", /^(?<what>.+) is no mail address$/su],
  ["hookProgram", /^(?<what>.+) needs a program$/su],
  ["hookArguments", /^(?<what>.+) can give its program (?<most>\S+) words at most$/su],
  ["hookSecret", /^the signing secret of a webhook must be (?<least>\S+) to (?<most>\S+) bytes in base64, with or without \S+$/su],
  ["hookNoAnswer", /^no answer within (?<most>\S+) s$/su],
  ["hookScheme", /^the address of (?<what>.+?) must begin with http:\/\/ or https:\/\/$/su],
  ["noHandler", /^there is no handler (?<what>.+)$/su],
  ["handlerStands", /^the handler (?<what>.+) does not run; resume it first$/su],
  ["handlerBusy", /^(?<what>.+) is already replaying or trying its dead letters again; wait for it, or stop it$/su],
  ["replaysNothing", /^(?<what>.+) is not replaying anything$/su],
  ["badPace", /^a replay cannot go (?<what>\S+) times as fast$/su],
  ["moreByNow", /^there are (?<now>\S+) by now, and you were told of (?<counted>\S+); look again$/su],
  ["badAddress", /^the address of (?<what>.+?): (?<why>.+)$/su],
  ["badOrigin", /^the Origin of (?<what>.+?): (?<why>.+)$/su],
  ["wakeScheme", /^the wake-up address of (?<what>.+) must begin with http:\/\/ or https:\/\/$/su],
  ["loginScheme", /^the login page of (?<what>.+) must begin with http:\/\/ or https:\/\/$/su],
  ["historyScheme", /^the history of (?<what>.+) must be a path that begins with \/, or an address that begins with http:\/\/ or https:\/\/$/su],
  ["proxyScheme", /^the proxy of (?<what>.+) must begin with http:\/\/ or https:\/\/$/su],
  ["pollRange", /^(?<what>.+) can be asked every (?<least>\S+) to (?<most>\S+) seconds$/su],
  ["expectRange", /^an event of (?<what>.+) can be expected every (?<most>\S+) minutes at the least often, which is a week$/su],
  ["secretInAddress", /^an address of (?<what>.+) holds a user or password; put them into the fields that are kept secret$/su],
  ["secretNotKept", /^a secret could not be kept: (?<why>.+)$/su],
  ["settingsUnfit", /^the settings cannot be changed so: (?<why>.+)$/su],
  ["coreFailed", /^Watchdeck could not answer this \((?<why>.+)\); everything else goes on$/su],
  ["diskFull", /the disk is full \((?<why>.+)\)$/su],
  ["storeUnavailable", /the event store cannot be used: (?<why>.+)$/su],
  ["storeDamaged", /the event store is damaged: (?<why>.+)$/su],
  ["storeNewer", /the event store was written by a newer version of Watchdeck; install that version or choose another data directory$/su],
  ["storeInUse", /(?<what>\S+) is in use by (?<who>.+); close it, or choose another folder with --data-dir$/su],
  ["storeClosed", /the event store is closed$/su],
  ["unstorable", /cannot be stored: (?<why>.+)$/su],
  ["quietMost", /^there may be (?<most>\S+) quiet hours at most$/su],
  ["silenceWrong", /^the silence (?<what>\S+): (?<why>.+)$/su],
  ["silenceAll", /^a silence says which alerts it means; .+$/su],
  ["silenceNeeds", /^a silence needs an author and a reason, .+$/su],
  ["silenceEnds", /^a silence ends after it began, and at most (?<most>\S+) days later$/su],
  ["rulesMost", /^there may be (?<most>\S+) rules at most$/su],
  ["ruleWrong", /^the rule (?<what>\S+), (?<why>.+)$/su],
  ["ruleNotOne", /^(?<what>.+) and (?<other>.+) are not of one thing$/su],
  ["ruleTimeAndNot", /^(?<what>.+) and (?<other>.+) cannot be compared: one of them is a time$/su],
  ["ruleNotKnown", /^(?<what>.+) is not known of anything$/su],
  ["ruleCountVsThing", /^what is counted over a time cannot be compared with (?<what>.+), which is known of one thing$/su],
  ["ruleThingVsCount", /^what is known of one thing cannot be compared with (?<what>.+)$/su],
  ["ruleCalls", /^(?<what>.+) is not known; there are rate, sum and distinct$/su],
  ["ruleDay", /^(?<what>.+) is no day of the week; .+$/su],
  ["ruleName", /^the name of a rule has letters, digits, _ and -, at most (?<most>\S+)$/su],
  ["textTooLong", /^a text may have (?<most>\S+) characters at most$/su],
  ["ruleStep", /^a step says when it is worse, as in .+$/su],
  ["ruleSays", /^a rule says when it holds, as in .+$/su],
  ["ruleOneThing", /^a rule is about one kind of thing: .+$/su],
  ["ruleIsNumber", /^(?<what>.+) is a number: compare it with .+$/su],
  ["ruleNoLength", /^(?<what>.+) is no length of time; .+$/su],
  ["ruleNoStretch", /^(?<what>.*) is no stretch of time; .+$/su],
  ["ruleForm", /^write (?<what>.+\))$/su],
  ["ruleUsual", /^usual is what .+$/su],
  ["ruleOnly", /^what is counted over a time can be asked by rules only$/su],
  ["ruleElsewhere", /^(?<what>.+) is asked of elsewhere in the rule, and `when` does not$/su],
  ["ruleWithin", /^say within how many seconds; at most (?<most>\S+) events can be waited for$/su],
  ["ruleAtLeast", /^what is known of a thing, or counted, holds or does not; .+$/su],
  ["ruleTime", /^(?<what>.*) is no time of day; write 08:00$/su],
  ["ruleTitle", /^a rule needs a title, .+$/su],
  ["ruleInCall", /^in (?<what>.+\)): (?<why>.+)$/su],
  ["ruleShipped", /^the rule (?<what>\S+) comes with Watchdeck and cannot be rewritten; .+$/su],
  ["noteTooLong", /^a note may have (?<most>\S+) characters at most$/su],
  ["ruleDays", /^a rule can be tried over (?<least>\S+) to (?<most>\S+) days$/su],
  ["quoteOpen", /^the quotation mark is not closed$/su],
  ["comparedWithNothing", /^(?<what>.+) is compared with nothing$/su],
  ["notSeverity", /^(?<what>.+) is not a severity; use info, success, warning or critical$/su],
  ["notNumber", /^(?<what>.+) is not a number$/su],
  ["notTime", /^(?<what>.+) is no time; use 15m, 2h, 7d, or 2026-11-21$/su],
  ["filterTooLong", /^a filter may have (?<most>\S+) bytes at most$/su],
  ["httpStatus", /^HTTP (?<status>\d{3})$/su],
];

/** Whether a message of the core has words of its own. */
export function isKnownFailure(message: string): boolean {
  return SAID.some(([, pattern]) => pattern.test(message));
}

/** A message of the core, of a server or of a person's ERP: in the window's words where it is known, else as it came. */
export function failureText(message: string): string {
  for (const [key, pattern] of SAID) {
    const found = pattern.exec(message);
    if (found !== null) return i18next.t(`failures.${key}`, { ...NOTHING_NAMED, ...found.groups });
  }
  return message;
}

/** Everything that words may be filled in with. */
const NOTHING_NAMED = { what: "", who: "", why: "", least: "", most: "", status: "" };

const CJK = /[\u3400-\u9fff]/u;

/** What a command failed with, for people. What nobody has words for is told by its code, with the original behind it where that is another language. */
export function errorText(thrown: unknown): string {
  const { code, message } = CommandError.from(thrown);
  if (i18next.language === "en" || isKnownFailure(message) || CJK.test(message)) return failureText(message);
  return `${i18next.t(`common.error.${code}`)} ${i18next.t("common.error.detail", { message })}`;
}

/** The original beside its words, as the second line of a toast; nothing where the words are the original. */
export function errorDetail(thrown: unknown): { description: string } | undefined {
  const { message } = CommandError.from(thrown);
  return isKnownFailure(message) && failureText(message).toLowerCase() !== message.toLowerCase() ? { description: i18next.t("common.error.detail", { message }) } : undefined;
}
