// See pdf-worker-here.ts.

const scope: { window?: unknown; latelightPretendsWindow?: boolean } = globalThis;
if (scope.latelightPretendsWindow) {
  delete scope.window;
  delete scope.latelightPretendsWindow;
}

export {};
