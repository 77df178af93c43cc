// What a measurement was taken on: printed and stored with every figure.

import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';

export interface Machine {
  cpu: string;
  cores: number;
  /** Load of the last minute when the measurement began: above 1, other work took part of the machine. */
  load: number;
  platform: string;
  node: string;
  /** Short hash, with `+` when files differed from it. */
  commit: string;
  date: string;
}

function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined; // not a checkout
  }
}

export function describeMachine(): Machine {
  const hash = git('rev-parse', '--short', 'HEAD');
  const changed = git('status', '--porcelain', '--untracked-files=no');
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    load: Math.round(loadavg()[0] * 100) / 100,
    platform: `${platform()} ${arch()}`,
    node: process.version,
    commit: hash ? hash + (changed ? '+' : '') : 'unknown',
    date: new Date().toISOString().slice(0, 10),
  };
}

export function machineLine(machine: Machine): string {
  const { cpu, cores, load, node, commit, date } = machine;
  return `${cpu}, ${cores} cores, load ${load}, Node ${node}, commit ${commit}, ${date}`;
}
