import type { Material } from '../result.ts';
import { changeLines } from './change-lines.ts';
import type { LineOptions } from './check-lines.ts';
import { factLines } from './fact-lines.ts';
import { gutterLines, numbered } from './gutter.ts';
import { shown } from './shown.ts';
import { wrap } from './wrap.ts';

/** A heading of ours and the lines below it. */
export interface Block {
  readonly heading: string;
  readonly lines: readonly string[];
}

const launcherBlock = ({ service, image }: NonNullable<Material['launcher']>, { width }: LineOptions): Block => ({
  heading: 'the launcher, as the compose text names it',
  lines: [...wrap('  service  ', shown(service), width), ...wrap('  image    ', shown(image), width)],
});

const buildBlock = (build: NonNullable<Material['build']>, { width }: LineOptions): Block => ({
  heading: 'the build of the launcher, as a certificate tells it',
  lines: [
    ...(build.simulated ? wrap('  ', 'SIMULATED: somebody pretended to be Sigstore', width) : []),
    ...wrap('  bundle   ', `${build.accepted ? 'accepted' : 'NOT ACCEPTED'}, ${shown(build.origin)}`, width),
    ...factLines(build.facts, width),
  ],
});

/** Commands are shown below, whole. */
const COMMAND = /^(?:RUN|INSTALL)_CMD=/;

const pinBlock = (pin: NonNullable<Material['pin']>, { width }: LineOptions): Block => ({
  heading: 'the pin, as the launcher reads it',
  lines: pin.filter((line) => !COMMAND.test(line)).flatMap((line) => wrap('  ', shown(line), width)),
});

const commandsBlock = ({ install, run }: NonNullable<Material['commands']>, { width }: LineOptions): Block => {
  const command = (name: string, text: string): string[] => [`  ${name}`, ...gutterLines(numbered(text), width)];
  return {
    heading: 'what the pin runs: read it as you read the source',
    lines: [...(install === undefined ? [] : command('INSTALL_CMD', install)), ...command('RUN_CMD', run)],
  };
};

const scriptBlock = (script: NonNullable<Material['entryScript']>, { width }: LineOptions): Block => {
  const { path, size } = script;
  const head = wrap('  file     ', `${shown(path)}, ${size} bytes`, width);
  if ('note' in script) return { heading: SCRIPT, lines: [...head, ...wrap('  ', shown(script.note), width)] };
  const open = script.text !== '' && !script.text.endsWith('\n');
  return {
    heading: SCRIPT,
    lines: [...head, ...gutterLines(numbered(script.text), width), ...(open ? ['  (no line feed at the end)'] : [])],
  };
};
const SCRIPT = 'the entry script: what the launcher starts';

/** What the evidence led to, in blocks: each line of them is indented, and holds text of unknown origin escaped. */
export const materialBlocks = (material: Material, options: LineOptions): Block[] => {
  const { launcher, build, pin, commands, entryScript, since } = material;
  return [
    ...(launcher === undefined ? [] : [launcherBlock(launcher, options)]),
    ...(build === undefined ? [] : [buildBlock(build, options)]),
    ...(pin === undefined ? [] : [pinBlock(pin, options)]),
    ...(commands === undefined ? [] : [commandsBlock(commands, options)]),
    ...(since === undefined
      ? []
      : [{ heading: 'what changed since the commit that was audited last', lines: changeLines(since, options) }]),
    ...(entryScript === undefined ? [] : [scriptBlock(entryScript, options)]),
  ];
};
