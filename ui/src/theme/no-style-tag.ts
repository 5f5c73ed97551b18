// Stands in for `react-style-singleton`, with which Radix writes a style element to stop the page behind a dialog from scrolling. Our content security
// policy forbids style elements made at run time, and the page never scrolls: there is nothing to write.

export const stylesheetSingleton = () => ({ add: () => undefined, remove: () => undefined });
export const styleHookSingleton = () => () => undefined;
export const styleSingleton = () => () => null;
