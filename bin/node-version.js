// Which Node this package runs on, asked before anything is imported: on others a dependency fails with words of its own. For that it has
// no dependencies, and nothing that an old Node cannot read.

/** The versions of package.json's `engines.node`. */
export const NODE_VERSIONS = 'Node 20 from 20.19, 22 from 22.13, or 24 or later';

/**
 * @param {string} version as `process.version` is: `v20.19.0`
 * @returns {boolean}
 */
export function isNodeUsable(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19);
}
