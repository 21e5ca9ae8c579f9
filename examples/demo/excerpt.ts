/** Of a report the demo shows what the story is about; the whole is kept in a file. */

/** A check's first line in a report, and the marks of the others. */
const CHECK = /^ {2}(PASS|FAIL|SKIP|UNBOUND|N\/A)\b/;
/** What `--save` says of the file. */
const SAVED = /^twl: saved /;
const HEADING = /^(attestation|provenance|source|runtime):/;
/** What goes on from the line above stands far to the right. */
const CONTINUED = /^ {20,}\S/;
/** The checks that carry the story, of those that passed. */
const TOLD = [
  'quote.signature',
  'quote.tcb',
  'eventlog.replay',
  'compose.hash',
  'compose.pin-bound',
  'os.image',
  'freshness',
  'provenance.subject',
  'provenance.repository',
  'source.pin',
  'source.commit',
  'source.tree-sha256',
  'source.reachable',
  'runtime.receipt',
];

const unwrapped = (report: string): string[] => {
  const lines: string[] = [];
  for (const line of report.split('\n')) {
    if (CONTINUED.test(line) && CHECK.test(lines.at(-1) ?? '')) lines.push(`${lines.pop()} ${line.trim()}`);
    else lines.push(line);
  }
  return lines;
};

/** The four steps with the checks that the story is about and all that did not pass, and the verdict. */
export const excerptOf = (report: string): string => {
  const lines = unwrapped(report.trimEnd());
  const shown: string[] = [];
  const saved = lines.filter((line) => SAVED.test(line));
  let more = 0;
  const closeStep = (): void => {
    if (more > 0) shown.push(`  ...      ${more} more that passed`);
    more = 0;
  };
  let failing = false;
  for (const line of lines.slice(0, -1)) {
    if (HEADING.test(line)) {
      closeStep();
      shown.push('', line);
    }
    const [, state] = CHECK.exec(line) ?? [];
    if (state === undefined) {
      // What was expected and found, below a check that failed.
      if (failing && /^ {4}/.test(line)) shown.push(line);
      else failing = false;
      continue;
    }
    failing = state !== 'PASS' && state !== 'SKIP' && state !== 'N/A';
    if (failing || (state === 'PASS' && TOLD.includes(line.trim().split(/\s+/)[1] ?? ''))) shown.push(line);
    else if (state === 'PASS') more += 1;
  }
  closeStep();
  return ['...', ...shown, '', ...saved, lines.findLast((line) => !SAVED.test(line)) ?? ''].join('\n');
};
