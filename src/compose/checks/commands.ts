import { parseEnvFile } from '../../pin/env-file.ts';
import type { Pin } from '../../pin/types.ts';
import type { LauncherContext } from '../context.ts';
import { type ComposeFinding, informing } from '../findings.ts';
import { type InlineText, locateFile } from '../locate-pin.ts';
import { errorFinding } from './pin.ts';

/** compose.commands: the commands of the pin, which decide what runs beside the commit. */
export const checkCommands = ({ mode }: Pin, inline: InlineText): ComposeFinding[] => {
  if (mode.kind === 'default') return [];
  const { installCmd, runCmd } = mode;
  return [
    ...(installCmd === undefined ? [] : [informing(inline, `INSTALL_CMD is trusted as it stands: ${installCmd}`)]),
    informing(inline, `RUN_CMD is trusted as it stands: ${runCmd}`),
  ];
};

/** compose.child-env: the attested text holds the bytes of CHILD_ENV_FILE, and the launcher takes them. */
export const checkChildEnv = (
  { file, launcher }: LauncherContext,
  { childEnvFile, allowEnv }: Pin,
): ComposeFinding[] => {
  if (childEnvFile === undefined) return [];
  const located = locateFile(file, launcher, childEnvFile, 'CHILD_ENV_FILE');
  if ('findings' in located) return [...located.findings];
  const parsed = parseEnvFile(Buffer.from(located.inline.text, 'utf8'), { source: childEnvFile, allowEnv });
  return parsed.ok ? [] : parsed.errors.map((error) => errorFinding(located.inline, error));
};
