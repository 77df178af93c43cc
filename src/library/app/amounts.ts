// Numbers as people read them. Pure.

const COUNT = new Intl.NumberFormat('en');
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function count(value: number): string {
  return COUNT.format(value);
}

/** `1 document`, `3,000 documents`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `0 B`, `12 kB`, `3.4 MB`. Thousands, as disks and downloads are sold. */
export function bytes(value: number): string {
  let unit = 0;
  let size = value;
  // 999.5 would round to 1,000 of the smaller unit.
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit > 0 && size < 9.95 ? 1 : 0;
  return `${size.toFixed(digits)} ${UNITS[unit]}`;
}

/** Rounded so that it does not flicker: an estimate is no stop watch. */
export function duration(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 55) return `${Math.ceil(seconds / 10) * 10} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return counted(Math.max(1, minutes), 'minute');
  const hours = Math.round(seconds / 1800) / 2;
  return hours < 24 ? `${hours} ${hours === 1 ? 'hour' : 'hours'}` : counted(Math.round(hours / 24), 'day');
}

/** `2026-11-24`, as the clock on the wall has it. */
export function day(date: Date): string {
  return [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
}

/** `2026-11-24 10.32`: no colon, which file systems refuse. */
export function minute(date: Date): string {
  return `${day(date)} ${twoDigits(date.getHours())}.${twoDigits(date.getMinutes())}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
