// Where the rows of the live list stand. A row keeps its place from when it comes until it is gone: what moves when another comes is the list as a whole,
// by one transform, and nothing in it is made or laid out anew. Pure.

/** Places count upwards, so that the newest row has the highest; from here on they begin anew, far below what a browser can place exactly. */
const MOST = 4_096;

export interface Places {
  /** The rows by their numbers, newest first. */
  readonly seqs: readonly number[];
  /** The place of the first; the next one's is one less. */
  readonly top: number;
}

export const NO_PLACES: Places = { seqs: [], top: 0 };

/** The places of `seqs`, newest first. Of rows that all are new the places are those of the rows before them, whose elements they take over. */
export function placed(before: Places, seqs: readonly number[]): Places {
  if (seqs.length === before.seqs.length && seqs.every((seq, i) => seq === before.seqs[i])) return before;
  const kept = seqs.findIndex((seq) => seq === before.seqs[0]);
  const top = kept === -1 ? before.top : before.top + kept;
  return { seqs, top: top < MOST ? top : seqs.length };
}
