// What lets a worker start workers of its own on a site whose policy, sent with every file, has `require-trusted-types-for 'script'`:
// a page's policies do not reach into its workers.

interface PolicyFactory {
  createPolicy: (name: string, rules: { createScriptURL: (url: string) => string | null }) => unknown;
}

/** To be called in a worker, whose global scope is ours alone. The name is that of the page's policy, which a site allows already. */
export function trustOwnWorkers(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  try {
    trustedTypes?.createPolicy('default', {
      createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : null),
    });
  } catch {
    // A site may allow no policy of that name; then there are no workers in workers, and this one does it all.
  }
}
