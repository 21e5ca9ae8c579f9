import { readFileSync, writeFileSync } from 'node:fs';
import { sha256Hex } from '../../../src/audit/bundle/sha256.ts';
import { pemChain } from '../../mocks/pem.ts';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { call, type Called } from '../../cli/support/called.ts';
import { type Scratch, makeScratch } from '../../support/scratch.ts';
import { bootMachine, type Machine } from '../runtime/launched.ts';
import { DIGEST, FORGE, intel, LAUNCHER, sigstore, type Story } from '../steps/support/story.ts';

/** What an auditor of the story has, and the bundle that he saved of it. */
export interface SavedStory {
  readonly story: Story;
  readonly machine: Machine;
  readonly scratch: Scratch;
  /** Flags that say what is expected: the same each time. */
  readonly expected: readonly string[];
  /** TARGET and flags that bring the evidence. */
  readonly collecting: readonly string[];
  /** The path of the bundle, and what the run that saved it printed. */
  readonly path: string;
  readonly saved: Called;
  /** The words of the printed command, without `twl`. */
  readonly command: readonly string[];
  write(name: string, content: unknown): string;
}

/** The command that a run printed, by its words. None of them is quoted here. */
export const commandIn = ({ stderr }: Called): string[] =>
  (/^twl: to check it again: twl (.*)$/m.exec(stderr)?.[1] ?? '').split(' ');

/** JSON of a bundle, to be changed. */
// biome-ignore lint/suspicious/noExplicitAny: a test reaches into it anywhere
export const jsonOf = (path: string): any => JSON.parse(readFileSync(path, 'utf8'));

/** Saves the story once in a test file, in the first test that asks. */
export const savedOnce = (story: () => Story): (() => Promise<SavedStory>) => {
  let kept: Promise<SavedStory> | undefined;
  return () => {
    kept ??= saveStory(story());
    return kept;
  };
};

/** Writes a changed bundle, and the command for it, which vouches for the changed file. */
export const changedBundle = (
  kept: SavedStory,
  // biome-ignore lint/suspicious/noExplicitAny: a test reaches into it anywhere
  change: (bundle: any) => void,
): { path: string; command: string[] } => {
  const bundle = jsonOf(kept.path);
  change(bundle);
  const text = JSON.stringify(bundle);
  if (text === JSON.stringify(jsonOf(kept.path))) throw new Error('the change changes nothing');
  const path = kept.write('changed.json', text);
  const old = sha256Hex(readFileSync(kept.path));
  const swap: Record<string, string> = { [kept.path]: path, [old]: sha256Hex(readFileSync(path)) };
  return { path, command: kept.command.map((word) => swap[word] ?? word) };
};

/** Another character in a text, so that it is as long and of the same alphabet. */
export const flipped = (text: string, at: number): string => {
  const other = text[at] === 'a' ? 'b' : 'a';
  return `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
};

/** Launches the story's workload for real, audits it, and saves what the audit saw. Inside a test file only. */
export const saveStory = async (story: Story, flags: readonly string[] = []): Promise<SavedStory> => {
  const scratch = makeScratch();
  const machine = await bootMachine(story);
  const { stderr } = await machine.launch();
  const write = (name: string, content: unknown): string => {
    const path = scratch.join(name);
    writeFileSync(
      path,
      content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content),
    );
    return path;
  };
  const { osImage, keyProvider, appId } = machine.agent.deployment;
  const { name, mrtd, rtmr1, rtmr2 } = osImage;
  const policy = [
    `key_provider_id = "${keyProvider.id}"`,
    '[[os_image]]',
    ...Object.entries({ name, mrtd, rtmr1, rtmr2 }).map(([key, value]) => `${key} = "${value}"`),
    '[[launcher]]',
    `digest = "${LAUNCHER.digest}"`,
    'program = "trusted-workload-launcher"',
    '[provenance]',
    'repository = "https://forge.example/acme/launcher"',
    `commit = "${claimsOf()[13]}"`,
    'workflow = ".github/workflows/release.yml"',
    '',
  ].join('\n');
  const expected = [
    ...['--policy', write('policy.toml', policy)],
    ...['--repo', story.source, '--commit', story.commit, '--app-id', appId],
  ];
  const collecting = [
    write('info.json', machine.now().info()),
    ...['--mock-root', write('root.pem', pemChain([intel.root.der]))],
    ...['--collateral', write('collateral.json', intel.collateral())],
    ...['--bundle', write('bundle.json', sigstore.bundle({ digest: DIGEST, claims: claimsOf(FORGE) }))],
    ...['--trusted-root', write('root.json', sigstore.root())],
    ...['--source', story.source, '--at', String(intel.now)],
    ...['--attest', await machine.attest(), '--logs', write('launcher.log', stderr)],
  ];
  const path = scratch.join('saved.json');
  const saved = await call(['verify', ...collecting, ...expected, ...flags, '--save', path]);
  return { story, machine, scratch, expected, collecting, path, saved, command: commandIn(saved), write };
};
