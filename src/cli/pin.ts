import { type Pinned, pinRepository } from '../audit/pinning/pin-repository.ts';
import { pinJson } from '../audit/pinning/json.ts';
import { notesOf } from '../audit/pinning/notes.ts';
import type { PinForm, PinRequest } from '../audit/pinning/request.ts';
import { shown } from '../audit/report/shown.ts';
import { DEFAULT_WIDTH, wrap } from '../audit/report/wrap.ts';
import { counted } from '../audit/wording.ts';
import { escapeText } from '../base/escape.ts';
import { canonicalPin } from '../pin/canonical.ts';
import { type Limits, readLimits } from '../source/limits.ts';
import { usageError } from './errors.ts';

const limitsOf = (env: Readonly<Record<string, string | undefined>>): Limits => {
  const read = readLimits(env);
  if (read.ok) return read.limits;
  const names = read.variables.map(escapeText).join(', ');
  throw usageError(`no limit, or no whole number: ${names}`, 'unset it, or write a positive whole number');
};

const line = (label: string, text: string): string[] => wrap(`  ${label.padEnd(10)}`, text, DEFAULT_WIDTH);

const refLines = ({ resolved: { ref, tag } }: Pinned): string[] => {
  if (ref === undefined) {
    return [
      ...line('ref', 'none: the commit was named by its hash'),
      ...line('', 'whether a branch or tag leads to it was not looked at; twl verify does'),
    ];
  }
  return [
    ...line('ref', shown(ref)),
    ...(tag === undefined ? [] : line('tag', tag)),
    ...(tag === undefined ? [] : line('', 'an annotated tag; what is pinned is the commit that it leads to')),
  ];
};

const describe = (pinned: Pinned, form: PinForm): string[] => {
  const { pin, measured, written } = pinned;
  const compose = written.at(-1) ?? '';
  return [
    'resolved',
    ...refLines(pinned),
    ...line('commit', pin.commitSha),
    ...line('tree', `${measured.tree}, ${counted(measured.files, 'file')}`),
    '',
    'the pin',
    ...canonicalPin(pin)
      .trimEnd()
      .split('\n')
      .flatMap((text) => wrap('  ', shown(text), DEFAULT_WIDTH)),
    '',
    'written',
    ...written.flatMap((path) => wrap('  ', shown(path), DEFAULT_WIDTH)),
    '',
    ...notesOf(pinned).flatMap((note) => wrap('', note, DEFAULT_WIDTH)),
    ...(form === 'compose' ? wrap('', `twl lint ${shown(compose)} looks at it again`, DEFAULT_WIDTH) : []),
    '',
  ];
};

/**
 * `twl pin`: what was resolved and written, as text for a reader or as JSON. `say` gets lines for standard error.
 * Throws CliError `usage`, PinningError, SourceError, StateError.
 */
export const runPin = async (
  { options, json }: { readonly options: PinRequest; readonly json: boolean },
  say: (line: string) => void,
): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const settings = { limits: limitsOf(process.env), now, say: (text: string) => say(`twl: ${escapeText(text)}\n`) };
  const pinned = await pinRepository(options, settings);
  return json ? pinJson(pinned) : describe(pinned, options.form).join('\n');
};
