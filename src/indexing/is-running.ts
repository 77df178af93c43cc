// Whose leftovers are whose: temporary files carry the number of the process that makes them. Node only.

/** Whether that is another process, which runs; in a container a killed one often had our number. */
export function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
