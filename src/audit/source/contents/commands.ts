import type { SourceFinding } from './finding.ts';

/** What a command line does at start that no pin covers, most telling first: the first rule that fits names a line. */
const SHELL = String.raw`(?:sudo\s+(?:-\S+\s+)*)?(?:env\s+(?:\S+=\S*\s+)*)?(?:\/\S*\/)?(?:ba|z|da|k|a)?sh|(?:sudo\s+)?(?:\/\S*\/)?(?:python[0-9.]*|node|perl|ruby)`;
const FETCH = String.raw`(?:curl|wget|fetch)\b`;
const RULES: readonly { id: string; pattern: RegExp; unless?: RegExp; says: string }[] = [
  {
    id: 'source.remote-code',
    pattern: new RegExp(String.raw`\b${FETCH}[^;&]*\|\s*(?:${SHELL})(?:\s|$|[;&|)])`),
    says: 'runs what it downloads',
  },
  {
    id: 'source.remote-code',
    pattern: new RegExp(
      String.raw`(?:^|[\s;&|(/])(?:(?:ba|z|da|k)?sh|source|\.|eval|python[0-9.]*)\s+(?:-\S+\s+)*["']?(?:<\(|\$\(|\x60)\s*${FETCH}`,
    ),
    says: 'runs what it downloads',
  },
  {
    id: 'source.unlocked-packages',
    pattern: /\bpip[0-9.]*\s+(?:-\S+\s+)*install\b|\bpipx\s+(?:install|run)\b|\buv\s+(?:tool\s+install|add)\b|\buvx\s/,
    unless: /--require-hashes|--no-index|--no-deps\s+(?:-e\s+)?\.(?:\s|$)/,
    says: 'installs Python packages that nothing pins by hash',
  },
  {
    id: 'source.unlocked-packages',
    pattern:
      /\bnpm\s+(?:i|install|add|exec|update)\b|\bnpx\s|\b(?:pnpm|bun)\s+(?:i|install|add|dlx|x|update)\b|\byarn\s+(?:add|global|dlx|upgrade)\b|\byarn\s+install\b|\bbunx\s/,
    unless: /--frozen-lockfile|--immutable|--offline/,
    says: 'installs packages without holding them to a lock file',
  },
  {
    id: 'source.unlocked-packages',
    pattern: /\b(?:apt|apt-get|apk|dnf|yum|microdnf|pacman|brew)\s+(?:-\S+\s+)*(?:install|add|-S\w*)(?:\s|$)/,
    says: 'installs packages of the system at the version of the day',
  },
  {
    id: 'source.unlocked-packages',
    pattern:
      /\bcargo\s+(?:\+\S+\s+)?install\b|\bgo\s+(?:install|run)\s+\S+@|\bgem\s+install\b|\bcomposer\s+(?:require|update)\b|\bbundle\s+update\b/,
    unless: /--locked|--frozen/,
    says: 'builds packages without holding them to a lock file',
  },
  {
    id: 'source.remote-image',
    pattern: /\b(?:docker|podman|nerdctl)\s+(?:-\S+\s+)*(?:pull|run|create)\b/,
    unless: /@sha256:[0-9a-f]{64}/,
    says: 'runs or pulls an image that is not named by digest on this line',
  },
  {
    id: 'source.download',
    pattern: /\bgit\s+(?:-\S+\s+(?:\S+\s+)?)*(?:clone|pull|fetch|submodule\s+update)\b|\bgit\s+lfs\s+pull\b/,
    says: 'fetches with git what the pin does not cover',
  },
  {
    id: 'source.download',
    pattern: /(?:^|[\s;&|(`])(?:curl|wget)\s/,
    says: 'downloads something that the pin does not cover',
  },
];

/** What of a line is shown. */
const MAX_SHOWN = 160;
/** What of a line is looked at: patterns on a line of megabytes take their time. A longer one is told. */
const MAX_LINE = 2048;

const COMMENT = /^\s*#/;

/** Lines as a shell reads them: one that ends in a backslash goes on in the next, but for a comment, which ends with its line. */
function* logicalLines(text: string): Generator<{ line: number; text: string }> {
  let start = 1;
  let held = '';
  for (const [index, line] of text.split('\n').entries()) {
    if (held === '') start = index + 1;
    const isComment = COMMENT.test(line) && held.trim() === '';
    const goesOn = line.endsWith('\\') && !isComment && held.length < MAX_LINE;
    held += goesOn ? `${line.slice(0, -1)} ` : line;
    if (goesOn) continue;
    yield { line: start, text: held };
    held = '';
  }
  if (held !== '') yield { line: start, text: held };
}

/**
 * What a script, or a command of the pin, would fetch when it starts, as far as its text shows: for the reader, and no proof that
 * there is nothing else. Comments are passed over.
 * @param path what the text is called, escaped
 */
export const fetchedAtStart = (text: string, path: string): SourceFinding[] => {
  const findings: SourceFinding[] = [];
  for (const { line, text: whole } of logicalLines(text)) {
    if (COMMENT.test(whole)) continue;
    const command = whole.slice(0, MAX_LINE);
    if (whole.length > MAX_LINE) {
      const says = `${path}:${line} has ${whole.length} characters, and was looked at only in part`;
      findings.push({ id: 'source.entry-unread', text: says, path, line });
    }
    const rule = RULES.find(({ pattern, unless }) => pattern.test(command) && unless?.test(command) !== true);
    if (rule === undefined) continue;
    const shown = command.trim().slice(0, MAX_SHOWN);
    findings.push({ id: rule.id, text: `${path}:${line} ${rule.says}: ${shown}`, path, line });
  }
  return findings;
};
