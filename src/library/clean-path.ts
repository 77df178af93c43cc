/** A zip has room for 65,535 bytes of a path, and a character takes three at most. Those of file systems end at about this. */
const MOST_CHARACTERS = 4096;

/** `/`-separated without empty, `.` and `..` parts: a path is a name here, and nothing to climb with. Of a longer one its end. */
export function cleanPath(path: string): string {
  const end = path.slice(-MOST_CHARACTERS).replace(/^[\uDC00-\uDFFF]/, '');
  const segments = end.split(/[\\/]+/).filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return segments.join('/') || 'Untitled';
}
