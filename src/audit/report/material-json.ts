import type { Changes, Material } from '../result.ts';
import type { PathState } from '../source/since/compare.ts';
import type { MaterialReport, SinceReport } from './schema.ts';

const ofState = (state: PathState | undefined) =>
  state === undefined ? null : { kind: state.kind, id: state.id, size: state.size ?? null };

const ofChanges = (changes: Changes): SinceReport => {
  if ('note' in changes) return { commit: null, note: changes.note, hint: changes.hint ?? null, changes: null };
  const { commit, added, removed, changed, paths, lines } = changes;
  return {
    commit,
    note: null,
    hint: null,
    changes: {
      added,
      removed,
      changed,
      paths: paths.map(({ path, before, after }) => ({ path, before: ofState(before), after: ofState(after) })),
      lines: lines === undefined ? null : lines.map(({ sign, line, text }) => ({ sign, line, text })),
    },
  };
};

const ofScript = (script: NonNullable<Material['entryScript']>): MaterialReport['entry_script'] => ({
  path: script.path,
  size: script.size,
  text: 'text' in script ? script.text : null,
  note: 'note' in script ? script.note : null,
});

/** What the evidence led to as plain data of the published form: every key is there, `null` where there is nothing. */
export const materialReport = (material: Material): MaterialReport => {
  const { launcher, build, pin, commands, entryScript, since } = material;
  return {
    launcher: launcher === undefined ? null : { service: launcher.service, image: launcher.image },
    build:
      build === undefined
        ? null
        : { origin: build.origin, accepted: build.accepted, simulated: build.simulated, facts: { ...build.facts } },
    pin: pin === undefined ? null : [...pin],
    commands: commands === undefined ? null : { install: commands.install ?? null, run: commands.run },
    entry_script: entryScript === undefined ? null : ofScript(entryScript),
    since: since === undefined ? null : ofChanges(since),
  };
};
