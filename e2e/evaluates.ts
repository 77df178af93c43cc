/** What tests of several browsers ask of a page: Playwright's `Page` is one, and so is a browser that Playwright cannot drive. */
export interface Evaluates {
  /** Runs a function in the page; an error there is an error here. */
  evaluate<Result>(run: () => Result | Promise<Result>): Promise<Result>;
  evaluate<Result, Argument>(
    run: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
}
