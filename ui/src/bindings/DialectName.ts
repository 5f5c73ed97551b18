export type DialectName = string;
