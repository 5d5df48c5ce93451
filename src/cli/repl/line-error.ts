/** A line that makes no sense; the text says what would. */
export class LineError extends Error {}
