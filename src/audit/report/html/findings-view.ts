import type { Finding } from '../../result.ts';
import { html } from './html.ts';
import { MAX_FINDINGS } from './limits.ts';
import { listOf, row, rows } from './listed.ts';
import type { Markup } from './markup.ts';
import { codeOf } from './value.ts';

const placeOf = ({ path, line }: Finding): Markup | undefined => {
  if (path === undefined) return undefined;
  return line === undefined ? codeOf(path) : html`${codeOf(path)}, line ${line}`;
};

const findingView = (finding: Finding): Markup => {
  const { id, text, accepted } = finding;
  return html`<p>${text}</p>${rows([
    row('where', placeOf(finding)),
    row('allowed because', accepted && html`${accepted.reason}`),
    row('allowed by', accepted && html`${accepted.source}`),
    row('finding', codeOf(id)),
  ])}`;
};

/** What fails nothing and is never hidden. */
export const findingsView = (findings: readonly Finding[]): Markup =>
  findings.length === 0
    ? html`<p>None.</p>`
    : listOf(findings, { most: MAX_FINDINGS, what: 'findings', name: 'findings' }, findingView);
