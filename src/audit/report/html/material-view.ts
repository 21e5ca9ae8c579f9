import type { KnownChanges, Material, Verdict } from '../../result.ts';
import type { PathChange, PathState } from '../../source/since/compare.ts';
import { codeView, textView } from './code-view.ts';
import { html } from './html.ts';
import { MAX_PATHS, MAX_ROWS } from './limits.ts';
import { listOf, row, rows } from './listed.ts';
import { type Markup, NOTHING } from './markup.ts';
import { codeOf } from './value.ts';

/** A block with a heading of ours; whether it is open from the start. */
const block = (
  name: string,
  content: Markup,
  open: boolean,
): Markup => html`<details class="block"${open ? html` open` : ''}>
<summary><h3>${name}</h3></summary>
${content}
</details>
`;

const factRow = ([name, value]: readonly [string, string]): Markup =>
  html`<dt><code>${name}</code></dt><dd>${codeOf(value)}</dd>`;

/** Names and values of the evidence. */
export const factsView = (facts: Readonly<Record<string, string>>): Markup => {
  const all = Object.entries(facts);
  const left = all.length - MAX_ROWS;
  return html`<dl class="facts">${all.slice(0, MAX_ROWS).map(factRow)}</dl>${left > 0 ? html`<p class="cut">[${left} more left out; --json has them]</p>` : ''}`;
};

const scriptBlock = (script: NonNullable<Material['entryScript']>): Markup => {
  const head = html`<p>${codeOf(script.path)}, ${script.size} bytes. It is what the launcher starts: read it, and what it runs.</p>`;
  const text = 'text' in script ? textView(script.text) : html`<p>${script.note}</p>`;
  return block('The entry script', html`${head}${text}`, true);
};

const commandsBlock = ({ install, run }: NonNullable<Material['commands']>): Markup => {
  const command = (name: string, text: string): Markup => html`<h4>${name}</h4>${textView(text)}`;
  return block(
    'What the pin runs: read it as you read the source',
    html`${install === undefined ? '' : command('INSTALL_CMD', install)}${command('RUN_CMD', run)}`,
    true,
  );
};

/** `KEY=VALUE`, where a value may hold `=` again; commands have a block of their own. */
const pinRow = (line: string): Markup => {
  const at = line.indexOf('=');
  return at < 0
    ? html`<dt></dt><dd>${codeOf(line)}</dd>`
    : html`<dt><code>${line.slice(0, at)}</code></dt><dd>${codeOf(line.slice(at + 1))}</dd>`;
};
const COMMAND = /^(?:RUN|INSTALL)_CMD=/;

const pinBlock = (pin: readonly string[]): Markup => {
  const lines = pin.filter((line) => !COMMAND.test(line));
  const left = lines.length - MAX_ROWS;
  return block(
    'The pin, as the launcher reads it',
    html`<dl class="facts">${lines.slice(0, MAX_ROWS).map(pinRow)}</dl>${left > 0 ? html`<p class="cut">[${left} more lines left out; --json has them]</p>` : ''}`,
    false,
  );
};

const sizeOf = ({ kind, size }: PathState): string => (size === undefined ? kind : `${kind}, ${size} bytes`);

const pathView = ({ path, before, after }: PathChange): Markup => {
  const word = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  const states = [before, after].flatMap((state) => (state === undefined ? [] : [sizeOf(state)]));
  return html`${word} ${codeOf(path)} (${states.join(' to ')})`;
};

const scriptChanges = (lines: KnownChanges['lines']): Markup => {
  if (lines === undefined) return html`<p>The entry script is not in both, or too large to be compared.</p>`;
  if (lines.length === 0) return html`<p>The entry script is the same.</p>`;
  return codeView(lines.map(({ sign, line, text }) => ({ mark: `${sign}${line}`, text, sign })));
};

const sinceBlock = (since: NonNullable<Material['since']>): Markup => {
  const name = 'What changed since the commit that was audited last';
  if ('note' in since) {
    return block(
      name,
      html`<p>Not known: ${since.note}. ${since.hint === undefined ? '' : html`${since.hint}.`}</p>`,
      true,
    );
  }
  const { commit, added, removed, changed, paths, lines } = since;
  const unlisted = added + removed + changed - paths.length;
  return block(
    name,
    html`<p>Since ${codeOf(commit)}: ${added} added, ${removed} removed, ${changed} changed.</p>
${listOf(paths, { most: MAX_PATHS, what: 'paths', name: 'paths' }, pathView)}
${unlisted > 0 ? html`<p class="cut">[${unlisted} paths were not collected]</p>` : ''}
${scriptChanges(lines)}`,
    true,
  );
};

const buildBlock = (build: NonNullable<Material['build']>): Markup =>
  block(
    'The build of the launcher, as a certificate tells it',
    html`${build.simulated ? html`<p><b>SIMULATED: somebody pretended to be Sigstore.</b></p>` : ''}
${rows([row('bundle', html`${build.accepted ? 'accepted' : 'NOT ACCEPTED'}, ${build.origin}`)])}
${factsView(build.facts)}`,
    false,
  );

const launcherBlock = ({ service, image }: NonNullable<Material['launcher']>): Markup =>
  block(
    'The launcher, as the compose text names it',
    rows([row('service', codeOf(service)), row('image', codeOf(image))]),
    false,
  );

const shown = <T>(value: T | undefined, show: (value: T) => Markup): Markup =>
  value === undefined ? NOTHING : show(value);

/** What the evidence led to, to be read; what starts first. */
export const materialView = ({ launcher, build, pin, commands, entryScript, since, facts }: Verdict): Markup =>
  html`${shown(entryScript, scriptBlock)}${shown(commands, commandsBlock)}${shown(since, sinceBlock)}${shown(pin, pinBlock)}${shown(launcher, launcherBlock)}${shown(build, buildBlock)}${
    Object.keys(facts).length === 0
      ? ''
      : block('All that the evidence shows, believed only where a check says so', factsView(facts), false)
  }`;
