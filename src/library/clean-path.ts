/** A zip has room for 65,535 bytes of a path, and a character takes three at most. Those of file systems end at about this. */
const MOST_CHARACTERS = 4096;

/**
 * `/`-separated without empty, `.` and `..` parts: a path is a name here, and nothing to climb with. Of a longer one its end. Letters with
 * accents are one character each: macOS gives them as two, and the same file from elsewhere is not another one.
 */
export function cleanPath(path: string): string {
  const end = path
    .normalize('NFC')
    .slice(-MOST_CHARACTERS)
    .replace(/^[\uDC00-\uDFFF]/, '');
  const segments = end.split(/[\\/]+/).filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return segments.join('/') || 'Untitled';
}
