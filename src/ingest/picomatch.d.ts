// The part of picomatch 4 that is used; the package ships no types.
declare module 'picomatch' {
  export default function picomatch(
    globs: string | string[],
    options?: { nocase?: boolean; dot?: boolean },
  ): (path: string) => boolean;
}
