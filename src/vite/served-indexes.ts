// The indexes that one plugin serves. There are two for a while when Vite restarts with a plugin that was handed in, as VitePress and
// Astro do: it asks the same plugin for the new server's before it closes the old one.

import type { ResolvedConfig, ViteDevServer } from 'vite';
import type { LiveIndex } from './live-index.ts';

/** An index that is served, with what watches its pages. */
export type ServedIndex = Pick<LiveIndex, 'close'>;

/** What is used of the context of a plugin's hook; Vite 5 has none. */
type Environment = { getTopLevelConfig?: () => ResolvedConfig } | undefined;

export class ServedIndexes {
  private readonly byConfig = new Map<ResolvedConfig, ServedIndex>();

  add(server: ViteDevServer, index: ServedIndex): void {
    this.byConfig.set(server.config, index);
  }

  /** For `closeBundle`, which each environment of a server calls. @param environment of the hook's `this` */
  async close(environment: Environment): Promise<void> {
    const [oldest] = this.byConfig.keys();
    const config = environment ? environment.getTopLevelConfig?.() : oldest;
    const index = config && this.byConfig.get(config);
    if (!config || !index) return;
    this.byConfig.delete(config);
    await index.close();
  }
}
