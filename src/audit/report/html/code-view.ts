import { leftOut, marked } from './evidence-text.ts';
import { numbered } from '../gutter.ts';
import { html } from './html.ts';
import { MAX_CODE_HTML, MAX_CODE_LINES } from './limits.ts';
import { Markup } from './markup.ts';

/** One line of a text that is shown as it is; `sign` where it was added or removed. */
export interface CodeLine {
  readonly mark: string;
  readonly text: string;
  readonly sign?: '+' | '-';
}

const KINDS = { '+': 'added', '-': 'removed' } as const;

/** A line feed of ours between lines, so that what is copied has lines, too. */
const lineView = ({ mark, text, sign }: CodeLine): string =>
  `<span class="line${sign === undefined ? '' : ` ${KINDS[sign]}`}"><i>${marked(mark)}</i><code>${marked(text)}\n</code></span>`;

/** Lines of unknown origin as they are, each behind its number; what is too much is left out, and that is said. */
export const codeView = (lines: readonly CodeLine[]): Markup => {
  let out = '';
  let shown = 0;
  for (const line of lines.slice(0, MAX_CODE_LINES)) {
    const next = lineView(line);
    if (out.length + next.length > MAX_CODE_HTML) break;
    out += next;
    shown++;
  }
  const left = lines.length - shown;
  const cut = left > 0 ? `<p>${leftOut(`${left} of ${lines.length} lines left out; --json has them`)}</p>` : '';
  return new Markup(`<pre class="code">${out}</pre>${cut}`);
};

/** A whole text, by its lines. */
export const textView = (text: string): Markup => {
  const open = text !== '' && !text.endsWith('\n');
  return html`${codeView(numbered(text))}${open ? html`<p class="note">There is no line feed at the end.</p>` : ''}`;
};
