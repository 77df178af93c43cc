// What `npm start` and `npm test` need before anything else, said plainly when it cannot be had. No dependencies: it runs on a
// fresh clone with nothing but Node and npm.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isNodeUsable, NODE_VERSIONS } from '../bin/node-version.js';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * npm and npx are batch files on Windows, which only a shell starts. A shell takes a path with a space for two words, so nothing else gets one:
 * Node itself is in `C:\Program Files`.
 */
export function needsShell(command, platform = process.platform) {
  return platform === 'win32' && ['npm', 'npx'].includes(command);
}

/** Runs a command with the terminal handed through; ends this process with its exit code when it fails. */
export function must(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: needsShell(command),
    ...options,
  });
  if (result.status === 0) return;
  if (result.error) console.error(`${command}: ${result.error.message}`);
  process.exit(result.status ?? 1);
}

export function installPackages() {
  if (!isNodeUsable(process.version)) {
    console.error(
      `Latelight: expected ${NODE_VERSIONS}, got ${process.version}. Install one from your package manager.`,
    );
    process.exit(1);
  }
  const marker = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing packages from the lock file ...');
  // onnxruntime-node holds its CPU library; its install script would only fetch CUDA files.
  const result = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: 'inherit',
    shell: needsShell('npm'),
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (result.status !== 0) {
    console.error(
      'Latelight: expected `npm ci` to reach the npm registry, and it failed (see above). Check the connection.',
    );
    process.exit(1);
  }
}

const CHROMIUMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A browser that exists: LATELIGHT_CHROMIUM, Playwright's own, or the system's. */
export async function findChromium() {
  const { chromium } = await import('playwright-core');
  const candidates = [process.env.LATELIGHT_CHROMIUM, chromium.executablePath(), ...CHROMIUMS];
  return candidates.find((path) => path && existsSync(path));
}

/** Launch options for Playwright: a browser that exists, quiet on a closed network. */
export async function chromiumLaunch(...args) {
  return {
    executablePath: await findChromium(),
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  };
}

const FIREFOXES = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:/Program Files/Mozilla Firefox/firefox.exe',
];

/** LATELIGHT_FIREFOX, or the system's. */
export function findFirefox() {
  // Ubuntu's is a snap, which reads no profile in /tmp, or a script that says where to get the snap.
  const works = (path) => existsSync(path) && !/snap/.test(realpathSync(path) + readFileSync(path).subarray(0, 4096));
  const { LATELIGHT_FIREFOX } = process.env;
  return LATELIGHT_FIREFOX && existsSync(LATELIGHT_FIREFOX) ? LATELIGHT_FIREFOX : FIREFOXES.find(works);
}

/** WebKitGTK's driver and browser, and an X server without a screen to show it on: all three or nothing. */
export function findWebKit() {
  const [driver, display] = ['/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb'];
  if (![driver, display].every((path) => existsSync(path))) return undefined;
  // Debian has it below a folder of the machine's architecture.
  const folders = ['/usr/libexec', ...readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`)];
  const browser = folders.map((folder) => join(folder, 'webkit2gtk-4.1/MiniBrowser')).find((path) => existsSync(path));
  return browser ? { driver, browser, display } : undefined;
}

const canInstallPackages = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** Debian packages; whether they are there afterwards is for the caller to see. */
function installDebian(...packages) {
  console.log(`Installing the Debian packages ${packages.join(', ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update'], { stdio: 'inherit', env });
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { stdio: 'inherit', env });
}

/** Firefox and WebKit from Debian's packages where that can be. Their tests are skipped, and counted, where it cannot. */
export function installOtherBrowsers() {
  if (canInstallPackages()) {
    // One by one: Ubuntu has no firefox-esr.
    if (!findFirefox()) installDebian('firefox-esr');
    if (!findWebKit()) installDebian('webkit2gtk-driver', 'libwebkit2gtk-4.1-0', 'xvfb');
  }
  console.log(`Firefox: ${findFirefox() ?? 'none, its tests are skipped'}`);
  console.log(`WebKit: ${findWebKit()?.browser ?? 'none, its tests are skipped'}`);
}

/** Finds a browser or installs one: Playwright's first, then Debian's. */
export async function installChromium() {
  const found = await findChromium();
  if (found) return found;
  console.log('No Chromium found; asking Playwright for one ...');
  spawnSync('npx', ['playwright', 'install', 'chromium'], {
    cwd: root,
    stdio: 'inherit',
    shell: needsShell('npx'),
  });
  const downloaded = await findChromium();
  if (downloaded) return downloaded;
  if (canInstallPackages()) {
    console.log('Playwright could not download one.');
    installDebian('chromium');
  }
  const installed = await findChromium();
  if (!installed) {
    console.error(
      'Latelight: expected a Chromium for the browser tests, found and could install none.\n' +
        "Install one (`npx playwright install chromium`, or your system's chromium or chrome), or set LATELIGHT_CHROMIUM to its path.",
    );
    process.exit(1);
  }
  return installed;
}
