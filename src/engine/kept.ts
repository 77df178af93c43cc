/** The newest results of a slow function, by number; failures are not kept. */
export class Kept<T> {
  private readonly most: number;
  private readonly values = new Map<number, Promise<T>>();

  constructor(most: number) {
    this.most = most;
  }

  get(key: number, make: () => Promise<T>): Promise<T> {
    const known = this.values.get(key);
    if (known) return known;
    const value = make();
    this.values.set(key, value);
    value.catch(() => {
      // Another may have been made of it since, after this one was let go of.
      if (this.values.get(key) === value) this.values.delete(key);
    });
    if (this.values.size > this.most) this.values.delete(this.values.keys().next().value!);
    return value;
  }

  clear(): void {
    this.values.clear();
  }
}
