/** What relative addresses of the page are relative to. A form or a picture of the name `baseURI` would hide `document.baseURI`. */
export function baseUri(): string {
  return Reflect.get(Node.prototype, 'baseURI', document);
}
