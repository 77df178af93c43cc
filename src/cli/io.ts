// What a command may touch of the world around it, so that tests can run commands in-process.

export interface CliIo {
  /** Results: tables, JSON. */
  out: (text: string) => void;
  /** Progress, warnings, errors. */
  err: (text: string) => void;
  /** Whether `err` is a terminal that can redraw a line. */
  interactive: boolean;
  /** Fires on Ctrl-C, SIGTERM and SIGHUP. */
  signal: AbortSignal;
}
