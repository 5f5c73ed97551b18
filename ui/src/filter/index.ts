// What the window itself does with filters and searches: it changes their text, suggests what was meant, and narrows lists that it has whole. What a filter
// means is the core's to say.

export { everyWord, folded, matchesWords, withPhrase } from "./search";
export { didYouMean, type Suggestion } from "./suggest";
export { valueIn, withNot, withOnly, written } from "./terms";
