// `npm test`: installs what is missing, then types, lint, build, unit tests and kernels, demo index, size budget, end-to-end tests. Ends with the
// totals of all runners.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installChromium, installOtherBrowsers, installPackages, must, needsShell, root } from './install.js';

installPackages();
const chromium = await installChromium();
console.log(`Chromium: ${chromium}`);
installOtherBrowsers();
must(process.execPath, ['scripts/build-scorer.js']);
console.log('\n== types');
must('npx', ['tsc', '--noEmit']);
console.log('\n== lint');
must('npx', ['biome', 'check', '.']);

console.log('\n== build');
must(process.execPath, ['scripts/build.js']);

const results = join(root, 'test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results);
const totals = { passed: 0, failed: 0, skipped: 0 };

/** Runs a test runner to its end, whatever it finds, and adds what its report says. */
function runner(name, args, report, read) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync('npx', args, {
    cwd: root,
    stdio: 'inherit',
    shell: needsShell('npx'),
    env: { ...process.env, LATELIGHT_CHROMIUM: chromium },
  });
  if (!existsSync(report)) {
    console.error(`${name}: expected a report in ${report}, got none (exit code ${status})`);
    totals.failed++;
    return;
  }
  const { passed, failed, skipped } = read(JSON.parse(readFileSync(report, 'utf8')));
  totals.passed += passed;
  // A runner that failed without a failed test (a server that did not start, say) is a failure too.
  totals.failed += failed || (status === 0 ? 0 : 1);
  totals.skipped += skipped;
}

const unitReport = join(results, 'unit.json');
runner(
  'unit tests, kernels on Dawn',
  // Seen from the root: through a shell, whose folders may have spaces in their names.
  ['vitest', 'run', '--reporter=default', '--reporter=json', '--outputFile.json=test-results/unit.json'],
  unitReport,
  (report) => ({
    passed: report.numPassedTests,
    failed:
      report.numFailedTests +
      report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
        .length,
    skipped: report.numPendingTests + report.numTodoTests,
  }),
);

console.log('\n== demo index, size budget');
must(process.execPath, ['scripts/build-demo.js', '--small']);
must(process.execPath, ['scripts/size-budget.js']);

const e2eReport = join(root, 'test-results/e2e.json');
runner('end to end', ['playwright', 'test'], e2eReport, ({ stats }) => ({
  passed: stats.expected,
  failed: stats.unexpected + stats.flaky,
  skipped: stats.skipped,
}));

console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 ? 1 : 0);
