import { canonicalPin } from '../../pin/canonical.ts';
import type { Pin } from '../../pin/types.ts';
import type { Context } from '../context.ts';
import { imageName } from '../facts.ts';
import type { Build, Changes, EntryScript, LauncherService, Material, PinCommands } from '../result.ts';
import type { EntryFacts } from '../source/entry.ts';
import { contradicted } from '../source/judge-errors.ts';
import type { SourceFindings } from '../source/judge-source.ts';

/** What a reader returns, or undefined where it threw: the check whose matter it is says so. */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

const launcherOf = (context: Context): LauncherService | undefined => {
  const { launcher } = context.compose().review;
  const image = launcher?.image;
  // It was found by its digest.
  if (launcher === undefined || image?.digest === undefined) return undefined;
  return { service: launcher.name, image: `${imageName(image)}@${image.digest}` };
};

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What the certificate says, where one verified. */
const buildOf = (context: Context): Build | undefined => {
  const { chosen } = context.provenance();
  const facts = Object.entries(chosen?.facts ?? {});
  if (chosen === undefined || facts.length === 0) return undefined;
  return {
    origin: chosen.origin,
    accepted: chosen.status === 'accepted',
    simulated: chosen.simulated,
    facts: Object.fromEntries(facts.map(([name, value]) => [snakeCase(name), value])),
  };
};

/** A pin ends each of its lines with a line feed, and no value holds one. */
const linesOf = (pin: Pin): string[] => canonicalPin(pin).split('\n').slice(0, -1);

const commandsOf = ({ mode }: Pin): PinCommands | undefined =>
  mode.kind === 'default'
    ? undefined
    : { ...(mode.installCmd === undefined ? {} : { install: mode.installCmd }), run: mode.runCmd };

/** A script is read by people and by bash as UTF-8; the mark of byte order is three bytes like others. */
const textOf = (bytes: Uint8Array): string | undefined =>
  attempt(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));

const scriptOf = (entry: EntryFacts | undefined): EntryScript | undefined => {
  // A script that is none is a matter of source.entry.
  if (entry?.start.mode !== 'script' || entry.start.size === undefined) return undefined;
  const { path, size, bytes } = entry.start;
  if (bytes === undefined) return { path, size, note: 'it is too large to be shown' };
  const text = textOf(bytes);
  return text === undefined ? { path, size, note: 'it is not UTF-8, and not shown' } : { path, size, text };
};

const changesOf = ({ since }: SourceFindings): Changes | undefined => {
  if (since === undefined) return undefined;
  if ('error' in since) {
    const { summary, hint } = contradicted(since.error);
    // It was brought as the pinned commit is; what named this one is the option.
    return { note: summary, ...(hint === undefined ? {} : { hint: hint.replace('COMMIT_SHA', '--since') }) };
  }
  const { commit, paths, entry } = since.value;
  const { added, removed, changed, list } = paths;
  return { commit, added, removed, changed, paths: list, ...(entry === undefined ? {} : { lines: entry }) };
};

/** `value` under `key`; nothing where there is none. */
const where = <Key extends keyof Material>(key: Key, value: Material[Key] | undefined): Pick<Material, never> =>
  value === undefined ? {} : { [key]: value };

/** What the evidence led to, for a reader to read himself. It never throws for what is in the evidence. */
export const materialOf = (context: Context): Material => {
  const { appCompose, provenance, source } = context.evidence;
  // Nothing is pinned without an app-compose, so nothing belongs to it either.
  if (appCompose === undefined) return {};
  const pin = attempt(() => context.compose().review.pin);
  const found = source === undefined ? undefined : attempt(context.source);
  return {
    ...where(
      'launcher',
      attempt(() => launcherOf(context)),
    ),
    ...where('build', provenance === undefined ? undefined : attempt(() => buildOf(context))),
    ...where('pin', pin && attempt(() => linesOf(pin))),
    ...where('commands', pin && commandsOf(pin)),
    ...where('entryScript', scriptOf(found?.entry)),
    ...where('since', found && changesOf(found)),
  };
};
