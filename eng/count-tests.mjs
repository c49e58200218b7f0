// Sums up what eng/test.sh left in a folder: NAME.exit, the exit code of one stage, and NAME.json, its report (CTRF) if it is
// a test program. Names every failure and why each skipped test was; the last line is "N passed, N failed, N skipped".
// Exits with 1 when anything failed or nothing ran. A stage that failed without naming a failed test counts as one failure.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = process.argv[2];
const total = { passed: 0, failed: 0, skipped: 0 };

function testsOf(stage) {
  const report = join(folder, `${stage}.json`);
  try {
    return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).results.tests : [];
  } catch (error) {
    console.log(`FAILED   ${stage}: its report cannot be read (${error.message})`);
    return [];
  }
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.exit')).sort()) {
  const stage = basename(file, '.exit');
  const exitCode = Number(readFileSync(join(folder, file), 'utf8'));
  let failed = 0;
  for (const { name, status, extra } of testsOf(stage)) {
    if (status === 'passed') {
      total.passed++;
    } else if (status === 'skipped') {
      total.skipped++;
      console.log(`skipped  ${name}: ${extra?.reason ?? 'no reason given'}`);
    } else {
      failed++;
      console.log(`FAILED   ${name}`);
    }
  }
  if (exitCode !== 0 && failed === 0) {
    failed = 1;
    console.log(`FAILED   ${stage}: ended with exit code ${exitCode}, see above`);
  }
  total.failed += failed;
}

const ran = total.passed + total.failed;
if (ran === 0) {
  console.log('No test ran.');
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && ran > 0 ? 0 : 1);
