// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../src/compose/document.ts';
import { readVolume, volumeName } from '../../src/compose/volumes.ts';
import { MORE, OTHER_IMAGE, recommended, review, said, troubles } from './support.ts';

const file = (definition: string) =>
  readCompose(`services: {a: {image: x, volumes: ["work:/w"]}}\nvolumes: {work: ${definition}}\n`);
const reading = (definition: string) => readVolume(file(definition), 'work');
const neither = 'has driver_opts that are neither a bind of an absolute path nor a tmpfs';

describe('what a definition makes of a volume', () => {
  test.each<[string, string, object]>([
    ['nothing', '', { kind: 'plain' }],
    ['an empty one', '{}', { kind: 'plain' }],
    ['the local driver', '{driver: local}', { kind: 'plain' }],
    ['no driver in so many words', '{driver: "", driver_opts: {}}', { kind: 'plain' }],
    ['labels and notes', '{labels: {a: $B}, x-note: $C, name: n}', { kind: 'plain' }],
    ['not external', '{external: false}', { kind: 'plain' }],
    ['external', '{external: true}', { kind: 'external' }],
    ['external by a word', '{external: "yes"}', { kind: 'external' }],
    ['external as in old files', '{external: {name: n}}', { kind: 'external' }],
    ['a bind', '{driver_opts: {type: none, o: bind, device: /data/../srv/x}}', { kind: 'bind', path: '/srv/x' }],
    ['a bind to read', '{driver_opts: {type: none, o: "ro,rbind", device: /x}}', { kind: 'bind', path: '/x' }],
    ['a tmpfs', '{driver_opts: {type: tmpfs, device: tmpfs}}', { kind: 'memory' }],
    [
      'a tmpfs with a size',
      '{driver_opts: {type: tmpfs, device: tmpfs, o: "size=100m,uid=1000,mode=0700,noexec,nosuid,nodev,rw"}}',
      { kind: 'memory' },
    ],
  ])('%s', (_name, definition, expected) => {
    expect(reading(definition)).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ['nfs', '{driver_opts: {type: nfs, o: "addr=203.0.113.7,rw", device: ":/x"}}', neither],
    ['cifs', '{driver_opts: {type: cifs, o: "username=a", device: "//203.0.113.7/x"}}', neither],
    ['overlay', '{driver_opts: {type: overlay, o: "lowerdir=/a,upperdir=/b,workdir=/c", device: overlay}}', neither],
    ['proc', '{driver_opts: {type: proc, device: proc, o: ""}}', neither],
    ['cgroup', '{driver_opts: {type: cgroup, device: cgroup, o: memory}}', neither],
    ['a disk', '{driver_opts: {type: ext4, device: /dev/vda}}', neither],
    ['a bind of another type', '{driver_opts: {type: ext4, o: bind, device: /x}}', neither],
    ['a bind without a type', '{driver_opts: {o: bind, device: /x}}', neither],
    ['a bind without its option', '{driver_opts: {type: none, o: rw, device: /x}}', neither],
    ['a bind without options', '{driver_opts: {type: none, device: /x}}', neither],
    ['a bind with others', '{driver_opts: {type: none, o: "bind,shared", device: /x}}', neither],
    ['a bind with an empty one', '{driver_opts: {type: none, o: "bind,", device: /x}}', neither],
    ['words that only look like bind', '{driver_opts: {type: none, o: "xbind", device: /x}}', neither],
    ['words that begin like bind', '{driver_opts: {type: none, o: "binds", device: /x}}', neither],
    ['a bind with a word that ends like one', '{driver_opts: {type: none, o: "bind,xro", device: /x}}', neither],
    ['a bind with a word that begins like one', '{driver_opts: {type: none, o: "bind,row", device: /x}}', neither],
    ['a tmpfs with a word that ends like one', '{driver_opts: {type: tmpfs, device: x, o: xrw}}', neither],
    ['a tmpfs with a word that begins like one', '{driver_opts: {type: tmpfs, device: x, o: "size=1 bind"}}', neither],
    ['a bind of a relative path', '{driver_opts: {type: none, o: bind, device: ./x}}', neither],
    ['a bind of nothing', '{driver_opts: {type: none, o: bind}}', neither],
    ['a tmpfs that binds', '{driver_opts: {type: tmpfs, device: /etc, o: bind}}', neither],
    ['a tmpfs with an option behind another', '{driver_opts: {type: tmpfs, device: x, o: "size=1,bind"}}', neither],
    ['a tmpfs with half an option', '{driver_opts: {type: tmpfs, device: x, o: "size="}}', neither],
    ['a tmpfs without a device', '{driver_opts: {type: tmpfs}}', neither],
    ['a further option', '{driver_opts: {type: tmpfs, device: x, size: 5}}', neither],
    ['options in a list', '{driver_opts: [type=none]}', neither],
    ['a plug-in', '{driver: "vieux/sshfs:latest"}', 'is kept by the driver vieux/sshfs:latest'],
    ['a plug-in of another volume', '{driver: nfs, external: true}', 'is kept by the driver nfs'],
    ['a driver that is no text', '{driver: [local]}', 'is kept by the driver that cannot be read'],
    ['a key that nobody knows', '{driver: local, spec: 1}', 'has the key spec, and what it does is not known'],
    ['a text', 'local', 'has a definition that cannot be read'],
    ['the name of a path', '{name: /etc, external: true}', 'has a name that is none of a volume'],
    ['the name of a way up', '{name: ../x}', 'has a name that is none of a volume'],
    ['a name that is no text', '{name: [a]}', 'has a name that is none of a volume'],
    ['the same as in old files', '{external: {name: {a: b}}}', 'has a name that is none of a volume'],
    ['no name', '{name: ""}', 'has a name that is none of a volume'],
    ['a name that ends in a path', '{name: a/b}', 'has a name that is none of a volume'],
  ])('%s is not let pass', (_name, definition, what) => {
    expect(reading(definition)).toEqual({ kind: 'foreign', what });
  });

  test.each(['{driver: $D}', '{driver_opts: {device: $D}}', '{name: $D}', '{external: $D}', '{driver_opts: $D}'])(
    '%s is left to a variable',
    (definition) => {
      expect(reading(definition)).toEqual({ kind: 'undecided', variables: [{ name: 'D', line: 2 }] });
    },
  );

  test('a volume that is not declared is plain, and has a name all the same', () => {
    expect(readVolume(file(''), 'other')).toEqual({ kind: 'plain' });
    expect(readVolume(file(''), '/etc')).toEqual({ kind: 'foreign', what: 'has a name that is none of a volume' });
    expect(volumeName(file('{external: false}'), 'work')).toEqual({ name: 'work', isOwnName: false });
    expect(volumeName(file('{external: true}'), 'work')).toEqual({ name: 'work', isOwnName: true });
    expect(volumeName(file('{external: {name: n}}'), 'work')).toEqual({ name: 'n', isOwnName: true });
    expect(volumeName(file('{name: $N}'), 'work')).toBeUndefined();
  });
});

describe('where it is mounted', () => {
  const other = `  other: {image: "${OTHER_IMAGE}", volumes: ["data:/d"]}`;
  const launchers = (definition: string) =>
    review(recommended(['volumes: ["work:/srv/workload"]'], [`volumes: {work: ${definition}}`]));
  const neighbours = (definition: string) =>
    review(recommended(['volumes: ["work:/srv/workload"]'], [other, `volumes: {work: , data: ${definition}}`]));
  const NFS = '{driver_opts: {type: nfs, o: "addr=203.0.113.7,rw", device: ":/x"}}';

  test("by the launcher: the server's bytes can change after they were checked", () => {
    expect(said(launchers(NFS), 'compose.override')).toEqual([
      `${MORE} failed services.workload.volumes[0]: the volume work ${neither}`,
    ]);
    expect(launchers(NFS).results['compose.override'].state).toBe('failed');
    expect(said(launchers('{driver: x/y}'), 'compose.override')).toEqual([
      `${MORE} failed services.workload.volumes[0]: the volume work is kept by the driver x/y`,
    ]);
  });

  test('by another service', () => {
    expect(said(neighbours('{driver_opts: {type: proc, device: proc, o: ""}}'), 'compose.sharing')).toEqual([
      `13 failed services.other.volumes[0]: the volume data ${neither}`,
    ]);
    expect(troubles(neighbours(NFS))).toEqual({ 'compose.sharing': 'failed' });
  });

  test('external, of which nothing is in the text', () => {
    const text = 'is external: what made it, and of what, is not in the text';
    expect(said(launchers('{external: true}'), 'compose.override')).toEqual([
      `${MORE} not-bound services.workload.volumes[0]: the volume work ${text}`,
    ]);
    expect(said(neighbours('{external: true}'), 'compose.sharing')).toEqual([
      `13 not-bound services.other.volumes[0]: the volume data ${text}`,
    ]);
    expect(said(neighbours('{external: true, name: dstack_work}'), 'compose.sharing')[0]).toContain(
      'the volume data is also called work, which makes something else of it',
    );
  });

  test('left to a variable', () => {
    expect(said(launchers('{driver: "${D}"}'), 'compose.override')).toEqual([
      `13 not-bound services.workload.volumes[0]: what the volume work is is not decided by the text: it is left to the variable D`,
    ]);
    expect(said(neighbours('{name: $N}'), 'compose.sharing')).toEqual([
      `14 not-bound services.other.volumes[0]: what the volume data is is not decided by the text: it is left to the variable N`,
    ]);
  });

  test('a bind is judged as the path that it is', () => {
    const bind = (path: string): string => `{driver_opts: {type: none, o: bind, device: ${path}}}`;
    expect(said(neighbours(bind('/var/run/docker.sock')), 'compose.sharing')).toEqual([
      "13 failed services.other.volumes[0]: other reaches the engine's socket or files (/var/run/docker.sock)",
    ]);
    expect(said(launchers(bind('/dstack/user_config')), 'compose.override')).toEqual([
      `${MORE} failed services.workload.volumes[0]: the host writes /dstack/user_config, which is mounted over the work directory`,
    ]);
    expect(troubles(launchers(bind('/srv/data')))).toEqual({});
    expect(troubles(neighbours(bind('/srv/data')))).toEqual({});
  });

  test('what is harmless stays quiet', () => {
    for (const definition of [
      '',
      '{}',
      '{driver: local}',
      '{name: n}',
      '{driver_opts: {type: tmpfs, device: tmpfs}}',
    ]) {
      expect(troubles(launchers(definition))).toEqual({});
      expect(troubles(neighbours(definition))).toEqual({});
    }
    expect(troubles(review(recommended(['volumes: [/anonymous]'], [`volumes: {unused: ${NFS}}`])))).toEqual({});
  });

  test.each<[string, string, boolean]>([
    ['the same name', '{work: {name: n}, x1: {name: n, driver_opts: {type: none, o: bind, device: /x}}}', true],
    ["the project's name written out", '{work: , x1: {name: p_work, external: true}}', true],
    ['the same of both', '{work: {name: n}, x1: {name: n, driver: local}}', false],
    ['another name', '{work: {name: n}, x1: {name: m, external: true}}', false],
    ['a name that a variable decides', '{work: {name: n}, x1: {name: "${N}"}}', false],
  ])('two definitions of one volume: %s', (_name, volumes, isFound) => {
    const found = review(recommended(['volumes: ["work:/srv/workload"]'], [`volumes: ${volumes}`]));
    expect(said(found, 'compose.override')).toEqual(
      isFound
        ? [
            `${MORE} failed services.workload.volumes[0]: the volume work is also called x1, which makes something else of it`,
          ]
        : [],
    );
  });

  test('a config of the same name is none', () => {
    const text = recommended(
      ['configs: [{source: work, target: /run/w}]'],
      ['configs: {work: {content: a}}', `volumes: {work: ${NFS}}`],
    );
    expect(troubles(review(text))).toEqual({});
  });
});
