/** Text of an address without its escapes. What is not escaped as it should be, `100%`, stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
