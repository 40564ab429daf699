// A table of verdicts, and the findings of each report, from the JSON files of a folder; markdown on standard output.
import fs from 'node:fs';
import path from 'node:path';

const folder = process.argv[2];
const order = ['folder', 'memory', 'ceph', 'swift', 'nginx-dav', 'rclone-dav', 'apache-dav', 'endpoint-sqlite', 'endpoint-postgres'];
const reports = fs
  .readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ name: path.basename(file, '.json'), ...JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) }))
  .sort((a, b) => (order.indexOf(a.name) + 99) % 99 - ((order.indexOf(b.name) + 99) % 99));
const count = (report, outcome) => report.clauses.filter((clause) => clause.outcome === outcome).length;
const cell = (text) => text.replaceAll('|', '\\|');

console.log(`# Providers judged\n\nWritten by \`bench/Providers/run.sh\` on ${reports[0].startedAt.slice(0, 10)}, budget ${reports[0].budget}; each report in full is the JSON file of its name.\n`);
console.log('| store | verdict | passed | failed | unsupported | inconclusive | requests | seconds |\n|---|---|--:|--:|--:|--:|--:|--:|');
for (const report of reports) {
  const counts = ['passed', 'failed', 'unsupported', 'inconclusive'].map((outcome) => count(report, outcome)).join(' | ');
  console.log(`| ${report.name} | ${report.verdict} | ${counts} | ${report.requests.total} | ${(report.elapsedMs / 1000).toFixed(0)} |`);
}
for (const report of reports) {
  console.log(`\n## ${report.name}\n`);
  for (const clause of report.clauses.filter((one) => one.outcome === 'failed')) console.log(`- **${clause.id}** (${clause.level}) failed: ${cell(clause.evidence)}`);
  for (const setting of report.settings) console.log(`- Safe with: ${cell(setting)}`);
  for (const quirk of report.quirks) console.log(`- Good to know${quirk.clause ? ` (${quirk.clause})` : ''}: ${cell(quirk.text)}`);
  const cannot = report.clauses.filter((one) => one.outcome === 'unsupported').map((one) => one.id);
  if (cannot.length > 0) console.log(`- Not supported: ${cannot.join(', ')}`);
  if (report.leftovers.length > 0) console.log(`- Left over: ${report.leftovers.join(', ')}`);
}
