// See pdf-worker-here.ts.

const scope: { window?: unknown; latelightPretendsWindow?: boolean } = globalThis;
if (scope.window === undefined) {
  scope.window = scope;
  scope.latelightPretendsWindow = true;
}

export {};
