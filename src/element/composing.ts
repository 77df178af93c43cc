// Keys that belong to an input method, which turns several into one character.

/** Safari ends the composition first and then sends the key that ended it, with a code that says whose it was. */
export function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229;
}
