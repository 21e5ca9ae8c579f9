import type { PinError } from '../../pin/errors.ts';
import { parsePin } from '../../pin/parse.ts';
import type { Pin } from '../../pin/types.ts';
import { type ComposeFinding, failing } from '../findings.ts';
import type { InlineText } from '../locate-pin.ts';
import type { LauncherProgram } from '../programs.ts';

/** What the launcher's own parser says of a pin that stands in a compose file. */
export interface PinReading {
  readonly pin: Pin | undefined;
  readonly findings: readonly ComposeFinding[];
}

/** The line of the compose text for a line of a text inside of it. */
export const lineInside = ({ line, firstLine }: InlineText, inner: number | undefined): number | undefined =>
  inner === undefined || firstLine === undefined ? line : firstLine + inner - 1;

/** The first line of an error's message: what is wrong, without the excerpt that follows. */
export const errorFinding = (inline: InlineText, { message, line }: PinError): ComposeFinding =>
  failing({ line: lineInside(inline, line), path: inline.path }, message.split('\n')[0] ?? message);

/** compose.pin: the launcher's own parser takes the text. */
export const readPin = (inline: InlineText, { defaults }: LauncherProgram): PinReading => {
  const parsed = parsePin(Buffer.from(inline.text, 'utf8'), { source: inline.origin, defaults });
  if (parsed.ok) return { pin: parsed.pin, findings: [] };
  return { pin: undefined, findings: parsed.errors.map((error) => errorFinding(inline, error)) };
};
