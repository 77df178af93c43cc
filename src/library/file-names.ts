// Paths of documents that come without a folder of their own. One document a path: two that come at different times are two.

/** Characters of a text that a name is looked for in. */
const MOST_READ = 1000;

/** `2026-11-24 20.15.03.417`, in the visitor's own time: readable, in order, and two of one second are two. */
export function timeName(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  const milliseconds = String(time.getMilliseconds()).padStart(3, '0');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join('.')}.${milliseconds}`;
}

/** The name, or `scan (2).pdf` where it is taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  let free = name;
  for (let at = 2; isTaken(free); at++) free = `${stem} (${at})${ending}`;
  return free;
}

/** A text's first words as a file name without an extension; nothing when there are none. */
export function nameOfText(text: string): string {
  const start = text.trim().slice(0, MOST_READ);
  const spaced = start.replace(/[^\p{L}\p{N}\p{M}'-]+/gu, ' ');
  const words = /[^ '-](?:.*[^ '-])?/u.exec(spaced)?.[0] ?? '';
  if (words.length <= 60) return words;
  return words.slice(0, 61).replace(/ ?[^ ]*$/, '') || words.slice(0, 60);
}

/** The last part of a path, without what some system takes for a folder. */
export function fileNameOf(name: string): string {
  return name.replace(/^.*[/\\]/s, '') || 'unnamed';
}
