// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { definitionHash } from '../../src/compose/definition-hash.ts';
import { readCompose } from '../../src/compose/document.ts';
import { IMAGE, OTHER, OTHER_IMAGE, PIN, recommended, review, said, troubles } from './support.ts';

/** The launcher with its work directory on the volume `work`, and another service with lines of its own; those begin at 15. */
const beside = (lines: readonly string[], after: readonly string[] = []): string =>
  recommended(
    ['volumes: [work:/srv/workload, "/var/run/dstack.sock:/var/run/dstack.sock"]'],
    ['  other:', `    image: ${OTHER_IMAGE}`, ...lines.map((line) => `    ${line}`), ...after],
  );
const sharing = (text: string): string[] => said(review(text), 'compose.sharing', true);
const AT = 'services.other';

describe('compose.sharing', () => {
  test.each<[string, string[]]>([
    ['nothing of its own', []],
    ['volumes of its own', ['volumes: [data:/d, "./x:/x", "/srv/y:/y", /anonymous]', 'tmpfs: /t']],
    ['namespaces of its own', ['pid: ""', 'network_mode: bridge', 'ipc: private', 'cgroup: private']],
    [
      'rights that every container has',
      ['cap_add: [NET_BIND_SERVICE, cap_chown]', 'privileged: false', 'use_api_socket: "no"'],
    ],
    ['no-new-privileges', ['security_opt: ["no-new-privileges:true"]']],
    ['no-new-privileges in its other forms', ['security_opt: [no-new-privileges, no-new-privileges=true]']],
    ['memory that is called like the work directory', ['volumes: [{type: tmpfs, source: work, target: /w}]']],
    ['keys without a value', ['devices:', 'provider:', 'unheard_of:']],
    [
      'what is its own business',
      [
        'entrypoint: x',
        'user: root',
        'working_dir: /',
        'dns: 1.1.1.1',
        'healthcheck: {test: x}',
        'post_start: []',
        'x-y: 1',
        'gpus: all',
        'deploy: {}',
      ],
    ],
    ['no devices', ['devices: []']],
    ['annotations of none', ['annotations: {}']],
    ['annotations of none as a list', ['annotations: []']],
    ['annotations that hold nothing', ['annotations:']],
    ['labels', ['labels: {org.systemd.property.Wants: x}']],
    ['a GPU by its driver', ['gpus: [{driver: nvidia, count: 1}, {driver: ""}, {count: all}, {driver: }]']],
    [
      'a GPU by what deploy says',
      [
        'deploy: {resources: {reservations: {devices: [{driver: nvidia, capabilities: [gpu]}, {capabilities: [gpu]}]}}}',
      ],
    ],
    ['reservations of something else', ['deploy: {resources: {reservations: {cpus: "1", devices: }}}']],
    ['resources of nothing', ['deploy: {resources: {reservations: {devices: []}}}', 'gpus: []']],
    ...'none local json-file journald syslog gelf fluentd awslogs splunk gcplogs'
      .split(' ')
      .concat('""', '')
      .map((driver): [string, string[]] => [`the log driver '${driver}'`, [`logging: {driver: ${driver}}`]]),
    ...[
      'tcp://10.0.0.1:514',
      'udp://logs.example.com:514/',
      'TLS://h:1',
      'tcp+tls://[::1]:6514',
      'localhost:24224',
      'h',
      'my_logs-1.example:9',
      '',
    ].map((address): [string, string[]] => [
      `logs that go to '${address}'`,
      [`logging: {driver: syslog, options: {syslog-address: "${address}"}}`],
    ]),
    [
      'options of a log that are no address',
      [
        'logging: {options: {tag: "unix:///x", max-size: 5, gelf-address: , fluentd-address-x: /x, labels: "$L"}, x-a: 1}',
      ],
    ],
    ['logging without options', ['logging: {options: }']],
    ['the namespace of a third one', ['pid: service:third']],
    ['a secret and a config', ['secrets: [s]', 'configs: [c]']],
    ['a socket of a name like it', ['volumes: ["/var/run/dstack.sock.d:/x", "/run/dockers:/y"]']],
    ['folders of one name beside each other', ['volumes: ["/srv/y:/y", "/srv/yy:/z", "/srv/y:/x"]']],
    ['a path below a folder that nobody writes to', ['volumes: ["/srv/y:/y:ro", "/srv/y/x:/z:ro"]']],
    ['paths of the machine that lead nowhere', ['volumes: ["/opt/app:/a", "/tmp/app:/b", "/procs:/c:ro"]']],
    ['mounts of its own inside of each other', ['volumes: ["data:/d", "x1:/d/x1", "/srv/y:/d/x1/y", "x1:/proc/x"]']],
    ["its own folder beside the app's files", ['volumes: ["./data:/x", "/tapp/data:/y"]']],
  ])('%s is harmless', (_name, lines) => {
    const found = review(beside(lines));
    expect(said(found, 'compose.sharing', true)).toEqual([]);
    expect(found.results['compose.sharing'].state).toBe('passed');
  });

  const engine = "other reaches the engine's socket or files";
  const agent = "other reaches the guest agent's socket";
  test.each<[string, string[], string]>([
    ['the work directory', ['volumes: [work:/w]'], 'failed volumes[0]: other can write to the work directory'],
    [
      'the work directory in long form',
      ['volumes: [{type: volume, source: work, target: /w}]'],
      'failed volumes[0]: other can write to the work directory',
    ],
    [
      'the work directory to read',
      ['volumes: [work:/w:ro]'],
      'information volumes[0]: other can read the work directory',
    ],
    [
      "docker's socket",
      ['volumes: ["/var/run/docker.sock:/x:ro"]'],
      `failed volumes[0]: ${engine} (/var/run/docker.sock)`,
    ],
    [
      "docker's socket by its other name",
      ['volumes: ["/run/docker.sock:/x"]'],
      `failed volumes[0]: ${engine} (/run/docker.sock)`,
    ],
    ['a folder above the socket', ['volumes: ["/run:/x"]'], `failed volumes[0]: ${engine} (/run)`],
    ['the whole machine', ['volumes: ["/:/x:ro"]'], `failed volumes[0]: ${engine} (/)`],
    [
      'a way around',
      ['volumes: ["/srv/../var//run/docker.sock:/x"]'],
      `failed volumes[0]: ${engine} (/var/run/docker.sock)`,
    ],
    [
      'a relative way around',
      ['volumes: ["../var/run/docker.sock:/x"]'],
      `failed volumes[0]: ${engine} (/var/run/docker.sock)`,
    ],
    [
      "the engine's own volumes",
      ['volumes: ["/var/lib/docker/volumes:/volumes:ro"]'],
      `failed volumes[0]: ${engine} (/var/lib/docker/volumes)`,
    ],
    [
      "containerd's socket",
      ['volumes: ["/run/containerd/containerd.sock:/x"]'],
      `failed volumes[0]: ${engine} (/run/containerd/containerd.sock)`,
    ],
    [
      "the agent's socket",
      ['volumes: ["/var/run/dstack.sock:/x"]'],
      `failed volumes[0]: ${agent} (/var/run/dstack.sock)`,
    ],
    [
      "the older agent's socket",
      ['volumes: ["/var/run/tappd.sock:/x:ro"]'],
      `failed volumes[0]: ${agent} (/var/run/tappd.sock)`,
    ],
    ["the app's own files", ['volumes: [".:/x"]'], `failed volumes[0]: ${engine} (/dstack)`],
    ["the app's folder by its older name", ['volumes: ["/tapp:/x"]'], `failed volumes[0]: ${engine} (/tapp)`],
    [
      "the app's compose file",
      ['volumes: ["./docker-compose.yaml:/x"]'],
      'failed volumes[0]: other reaches files of the machine (/dstack/docker-compose.yaml)',
    ],
    [
      'what the host shared',
      ['volumes: ["/tapp/.host-shared/x:/x"]'],
      'failed volumes[0]: other reaches files of the machine (/tapp/.host-shared/x)',
    ],
    [
      'files of the machine',
      ['volumes: ["/etc/systemd:/x"]'],
      'failed volumes[0]: other reaches files of the machine (/etc/systemd)',
    ],
    [
      'files of the machine to read',
      ['volumes: ["/etc/hosts:/x:ro"]'],
      'information volumes[0]: other can read /etc/hosts',
    ],
    [
      'a home that the machine may not have',
      ['volumes: ["~/../etc:/x"]'],
      'not-bound volumes[0]: what other mounts here cannot be read',
    ],
    ['the processes of the machine', ['volumes: ["/proc:/p:ro"]'], `failed volumes[0]: ${engine} (/proc)`],
    [
      "docker's socket by way of a process",
      ['volumes: ["/proc/self/root/run/docker.sock:/x:ro"]'],
      `failed volumes[0]: ${engine} (/proc/self/root/run/docker.sock)`,
    ],
    [
      "the app's keys to read",
      ['volumes: ["/dstack/.host-shared:/k:ro"]'],
      "failed volumes[0]: other can read the app's keys or secrets (/dstack/.host-shared)",
    ],
    [
      'the same by the older name',
      ['volumes: ["/tapp/.host-shared/.decrypted-env:/k:ro"]'],
      "failed volumes[0]: other can read the app's keys or secrets (/tapp/.host-shared/.decrypted-env)",
    ],
    [
      'what the host says to everybody, to read',
      ['volumes: ["/tapp/user_config:/k:ro"]'],
      'information volumes[0]: other can read /tapp/user_config',
    ],
    [
      'a mount that is not read-only all the way down',
      ['volumes: [{type: bind, source: /etc, target: /e, read_only: true, bind: {recursive: writable}}]'],
      'failed volumes[0]: other reaches files of the machine (/etc)',
    ],
    [
      'a mount that is read-only all the way down',
      ['volumes: [{type: bind, source: /etc, target: /e, read_only: true, bind: {recursive: readonly}}]'],
      'information volumes[0]: other can read /etc',
    ],
    [
      'programs that the engine starts',
      ['volumes: ["/opt/cni/bin:/e"]'],
      'failed volumes[0]: other reaches files of the machine (/opt/cni/bin)',
    ],
    ["the machine's /tmp", ['volumes: ["/tmp:/m"]'], 'failed volumes[0]: other reaches files of the machine (/tmp)'],
    ['the same to read', ['volumes: ["/tmp:/m:ro"]'], 'information volumes[0]: other can read /tmp'],
    [
      'a path below a folder of its own',
      ['volumes: ["/srv/y:/y", "/srv/y/link:/z:ro"]'],
      'failed volumes[1]: /srv/y/link lies below /srv/y, where other can put a link to any path of the machine in its place',
    ],
    [
      'a mount that cannot be read',
      ['volumes: ["a:/x"]'],
      'not-bound volumes[0]: what other mounts here cannot be read',
    ],
    [
      'a mount that a variable decides',
      ['volumes: ["${V}:/x"]'],
      'not-bound volumes[0]: what other mounts is not decided by the text: it is left to the variable V',
    ],
    [
      'a bind without a source',
      ['volumes: [{type: bind, target: /x}]'],
      'not-bound volumes[0]: what other mounts here cannot be read',
    ],
    ['the pid namespace', ['pid: host'], 'failed pid: other shares a namespace (pid): host'],
    [
      "the launcher's pid namespace",
      ['pid: service:workload'],
      'failed pid: other shares a namespace (pid): service:workload',
    ],
    ["a container's ipc namespace", ['ipc: "container:x"'], 'failed ipc: other shares a namespace (ipc): container:x'],
    ['the network', ['network_mode: host'], 'failed network_mode: other shares a namespace (network_mode): host'],
    ['the uts namespace', ['uts: host'], 'failed uts: other shares a namespace (uts): host'],
    ['the user namespace', ['userns_mode: host'], 'failed userns_mode: other shares a namespace (userns_mode): host'],
    ['the control groups', ['cgroup: host'], 'failed cgroup: other shares a namespace (cgroup): host'],
    [
      'a namespace that a variable decides',
      ['pid: "${P}"'],
      'not-bound pid: whether other shares a namespace (pid) is not decided by the text: it is left to the variable P',
    ],
    ['privileged', ['privileged: true'], 'failed privileged: other is privileged'],
    ['privileged by a word', ['privileged: "Yes"'], 'failed privileged: other is privileged'],
    ['privileged by no word at all', ['privileged: maybe'], 'failed privileged: other is privileged'],
    [
      'privileged by a variable',
      ['privileged: "${P:-false}"'],
      'not-bound privileged: whether other is privileged is not decided by the text: it is left to the variable P',
    ],
    ['a capability', ['cap_add: [SYS_ADMIN]'], 'failed cap_add[0]: other gets a capability: SYS_ADMIN'],
    [
      'a capability with its prefix inside',
      ['cap_add: [CHCAP_OWN]'],
      'failed cap_add[0]: other gets a capability: CHCAP_OWN',
    ],
    ['all capabilities', ['cap_add: [ALL]'], 'failed cap_add[0]: other gets a capability: ALL'],
    [
      'a capability as a map',
      ['cap_add: [{a: b}]'],
      'failed cap_add[0]: other gets a capability: services.other.cap_add[0]',
    ],
    [
      'a security option',
      ['security_opt: ["seccomp=unconfined"]'],
      'failed security_opt[0]: other has a security option: seccomp=unconfined',
    ],
    ...['xno-new-privileges', 'no-new-privileges:truex', 'no-new-privileges:false'].map(
      (option): [string, string[], string] => [
        `the security option ${option}`,
        [`security_opt: ["${option}"]`],
        `failed security_opt[0]: other has a security option: ${option}`,
      ],
    ),
    ['a device', ['devices: [/dev/tdx_guest]'], 'failed devices: other gets a device of the machine'],
    [
      'device rules',
      ['device_cgroup_rules: ["c 1:3 mr"]'],
      'failed device_cgroup_rules: other gets devices of the machine',
    ],
    [
      'the mounts of the launcher',
      ['volumes_from: [workload]'],
      'failed volumes_from: other takes the mounts of another container',
    ],
    ["the engine's socket by a key", ['use_api_socket: true'], "failed use_api_socket: other gets the engine's socket"],
    [
      'a program on the machine',
      ['provider: {type: x}'],
      'failed provider: other is a program that runs on the machine and not in a container',
    ],
    [
      'an annotation',
      ['annotations: {org.systemd.property.Wants: "[\'debug-shell.service\']"}'],
      'failed annotations.org.systemd.property.Wants: other has an annotation for the runtime: org.systemd.property.Wants',
    ],
    [
      'an annotation that holds nothing',
      ['annotations: {k: }'],
      'failed annotations.k: other has an annotation for the runtime: k',
    ],
    [
      'an annotation in a list',
      ['annotations: ["cdi.k8s.io/x=v/d=all"]'],
      'failed annotations[0]: other has an annotation for the runtime: cdi.k8s.io/x=v/d=all',
    ],
    [
      'an annotation that a variable decides',
      ['annotations: ["${A}"]'],
      'failed annotations[0]: other has an annotation for the runtime: services.other.annotations[0]',
    ],
    [
      'a device by a description of the machine',
      ['gpus: [{driver: cdi, device_ids: ["vendor.com/device=all"]}]'],
      'failed gpus[0].driver: other gets a device of the machine by the driver cdi',
    ],
    [
      'a device whose driver a variable decides',
      ['gpus: [{driver: "${D}"}]'],
      'not-bound gpus[0].driver: by which driver other gets a device is not decided by the text: it is left to the variable D',
    ],
    [
      'a device whose driver is a list',
      ['gpus: [{driver: [nvidia]}]'],
      'failed gpus[0].driver: by which driver other gets a device cannot be read',
    ],
    [
      'a device that deploy reserves',
      ['deploy: {resources: {reservations: {devices: [{driver: nvidia}, {driver: cdi, capabilities: [gpu]}]}}}'],
      'failed deploy.resources.reservations.devices[1].driver: other gets a device of the machine by the driver cdi',
    ],
    ...[
      'unix:///run/docker.sock',
      'UNIX:///run/x',
      'unix:/run/x',
      'unixgram:///run/systemd/journal/dev-log',
      'tcp:///run/x',
      'tcp://h:1/x',
      'xtcp://h:1',
      'h:1x',
      '/run/x',
      '@x',
    ].map((address): [string, string[], string] => [
      `a log that goes to ${address}`,
      [`logging: {driver: syslog, options: {syslog-address: "${address}"}}`],
      `failed logging.options.syslog-address: the logs of other go to a socket of the machine (syslog-address: ${address})`,
    ]),
    [
      'a log by another address',
      ['logging: {driver: fluentd, options: {tag: x, fluentd-address: "unix:///x"}}'],
      'failed logging.options.fluentd-address: the logs of other go to a socket of the machine (fluentd-address: unix:///x)',
    ],
    [
      'a log whose address a variable decides',
      ['logging: {options: {gelf-address: "$G"}}'],
      'not-bound logging.options.gelf-address: where the logs of other go is not decided by the text: it is left to the variable G',
    ],
    [
      'a log driver that is a plug-in',
      ['logging: {driver: ../../srv/x}'],
      "failed logging.driver: the log driver of other is none of the engine's own: ../../srv/x",
    ],
    [
      'a log driver that a variable decides',
      ['logging: {driver: "${D:-local}"}'],
      'not-bound logging.driver: the log driver of other is not decided by the text: it is left to the variable D',
    ],
    [
      'a log driver that is a list',
      ['logging: {driver: [local]}'],
      'failed logging.driver: the log driver of other cannot be read',
    ],
    ['logging that is a text', ['logging: syslog'], 'failed logging: the logging of other cannot be read'],
    [
      'options of a log that are a list',
      ['logging: {options: ["syslog-address=unix:///x"]}'],
      'failed logging.options: the log options of other cannot be read',
    ],
    ['a runtime', ['runtime: x'], 'failed runtime: other chooses its runtime'],
    ['a control group', ['cgroup_parent: x'], 'failed cgroup_parent: other chooses its control group'],
    ['a definition elsewhere', ['extends: x'], 'not-bound extends: other takes part of its definition from elsewhere'],
    [
      'a key that nobody knows',
      ['unheard_of: 1'],
      'failed unheard_of: other has the key unheard_of, and what it allows is not known',
    ],
  ])('%s is not', (_name, lines, expected) => {
    const [severity = '', place = '', ...text] = expected.split(' ');
    expect(sharing(beside(lines))).toEqual([`15 ${severity} ${AT}.${place} ${text.join(' ')}`]);
  });

  test.each<[string, string[], string[]]>([
    ['one name given to two', ['volumes: [x1:/w]'], ['volumes: {work: {name: n}, x1: {name: n}}']],
    ["the project's name written out", ['volumes: [x1:/w]'], ['volumes: {work: , x1: {name: dstack_work}}']],
    [
      "the same for the launcher's",
      ['volumes: [p_work:/w]'],
      ['volumes: {work: {name: p_q_x1}, p_work: {name: p_q_x1}}'],
    ],
    [
      'a path of the host in disguise',
      ['volumes: ["/data/job/sub:/w"]'],
      ['volumes: {work: {driver_opts: {type: none, o: bind, device: /data/job}}}'],
    ],
  ])('two names of one volume: %s', (_name, lines, after) => {
    expect(sharing(beside(lines, after))).toEqual([
      `15 failed ${AT}.volumes[0]: other can write to the work directory`,
    ]);
  });

  test.each<[string, string[], string[]]>([
    ['names that only end alike', ['volumes: [x1:/w]'], ['volumes: {work: , x1: {name: homework}}']],
    ['own names that differ', ['volumes: [x1:/w]'], ['volumes: {work: {name: a_b}, x1: {name: b}}']],
    [
      'a path beside',
      ['volumes: ["/data/jobs:/w"]'],
      ['volumes: {work: {driver_opts: {type: none, o: bind, device: /data/job}}}'],
    ],
    ['keys of which one ends like the other', ['volumes: [a_work:/w]'], ['volumes: {work: , a_work: }']],
    ['a volume and a path', ['volumes: ["/data/x:/w"]'], ['volumes: {work: {name: a_undefined}}']],
    [
      'a path and a volume',
      ['volumes: [x1:/w]'],
      ['volumes: {work: {driver_opts: {type: none, o: bind, device: /data/job}}, x1: {name: a_undefined}}'],
    ],
  ])('two volumes: %s', (_name, lines, after) => {
    expect(sharing(beside(lines, after))).toEqual([]);
  });

  test('volumes without a name are never one', () => {
    const text = recommended(
      ['volumes: [/srv/workload]'],
      [`  other: {image: "${OTHER_IMAGE}", volumes: [/srv/workload]}`],
    );
    expect(sharing(text)).toEqual([]);
  });

  test('a work directory on files of the machine is told once', () => {
    const text = (options: string): string =>
      recommended(
        ['volumes: ["/etc/job:/srv/workload"]'],
        [`  other: {image: "${OTHER_IMAGE}", volumes: ["/etc/job:/w${options}"]}`],
      );
    expect(sharing(text(''))).toEqual([`13 failed ${AT}.volumes[0]: other can write to the work directory`]);
    expect(sharing(text(':ro'))).toEqual([`13 information ${AT}.volumes[0]: other can read the work directory`]);
  });

  test.each(['configs', 'secrets'])('%s that are files of the machine', (section) => {
    const text = (definition: string): string => beside([`${section}: [one]`], [`${section}: {one: ${definition}}`]);
    expect(sharing(text('{file: /var/run/docker.sock}'))).toEqual([
      `15 failed ${AT}.${section}[0]: other reaches the engine's socket or files (/var/run/docker.sock)`,
    ]);
    expect(sharing(text('{file: ../run/dstack.sock}'))).toEqual([
      `15 failed ${AT}.${section}[0]: other reaches the guest agent's socket (/run/dstack.sock)`,
    ]);
    expect(sharing(text('{file: ./docker-compose.yaml}'))).toEqual([
      `15 information ${AT}.${section}[0]: other can read /dstack/docker-compose.yaml`,
    ]);
    expect(sharing(text('{file: "${F}"}'))).toEqual([
      `15 not-bound ${AT}.${section}[0]: what other mounts here cannot be read`,
    ]);
    for (const definition of ['{file: ./data}', '{environment: X}', '{external: true}', '{content: a}'])
      expect(sharing(text(definition))).toEqual([]);
    const swapped = section === 'configs' ? 'secrets' : 'configs';
    expect(sharing(beside([`${section}: [one]`], [`${swapped}: {one: {file: /}}`]))).toEqual([]);
  });

  test.each<[string, string, string, string]>([
    ['a config', 'configs: [one]', 'configs: {one: {file: /srv/y/link}}', 'configs'],
    ['a secret', 'secrets: [one]', 'secrets: {one: {file: /srv/y/link}}', 'secrets'],
    [
      'a volume that is a bind',
      'volumes: [vol:/x]',
      'volumes: {vol: {driver_opts: {type: none, o: bind, device: /srv/y/link}}}',
      'volumes',
    ],
  ])('%s below a folder that the launcher writes to', (_name, line, after, section) => {
    const text = (folder: string): string =>
      recommended([`volumes: ["${folder}"]`], [`  other: {image: "${OTHER_IMAGE}", ${line}}`, after]);
    expect(sharing(text('/srv/y:/data'))).toEqual([
      `13 failed ${AT}.${section}[0]: /srv/y/link lies below /srv/y, where workload can put a link to any path of the machine in its place`,
    ]);
    for (const folder of ['/srv/y:/data:ro', '/srv/y/link:/data', '/srv/y/link/x:/data', '/srv/yy:/data'])
      expect(sharing(text(folder))).toEqual([]);
  });

  test('a path below the work directory, to read', () => {
    const text = recommended(
      ['volumes: ["/srv/w:/srv/workload"]'],
      [`  other: {image: "${OTHER_IMAGE}", volumes: ["/srv/w/logs:/l:ro"]}`],
    );
    expect(sharing(text)).toEqual([
      `13 failed ${AT}.volumes[0]: /srv/w/logs lies below /srv/w, where workload can put a link to any path of the machine in its place`,
      `13 information ${AT}.volumes[0]: other can read the work directory`,
    ]);
  });

  test('the work directory by way of a link that many images have', () => {
    const text = (folder: string): string =>
      recommended(
        [`volumes: ["data:${folder}"]`],
        [`  other: {image: "${OTHER_IMAGE}", volumes: [data:/data]}`],
        [...PIN.slice(0, 2), 'WORK_DIR=/var/run/job'],
      );
    for (const folder of ['/run/job', '/var/run/job', '/run', '/var', '/run/job/x'])
      expect(sharing(text(folder))).toEqual([`13 failed ${AT}.volumes[0]: other can write to the work directory`]);
    for (const folder of ['/run/other', '/var/job', '/srv/run/job']) expect(sharing(text(folder))).toEqual([]);
  });

  test('a volume that is the engine in disguise', () => {
    expect(
      sharing(
        beside(['volumes: [vol:/x]'], ['volumes: {vol: {driver_opts: {type: none, o: bind, device: /var/run}}}']),
      ),
    ).toEqual([`15 failed ${AT}.volumes[0]: other reaches the engine's socket or files (/var/run)`]);
    for (const definition of ['{name: "${N}"}', '{driver_opts: {device: "$D"}}']) {
      expect(sharing(beside(['volumes: [vol:/x]'], [`volumes: {vol: ${definition}}`]))).toEqual([
        expect.stringMatching(
          /^16 not-bound .*volumes\[0\]: what the volume vol is is not decided by the text: it is left to/,
        ),
      ]);
    }
  });

  test('what the launcher mounts beside its work directory may be shared', () => {
    const text = (target: string): string =>
      recommended([`volumes: [data:${target}]`], [`  other: {image: "${OTHER_IMAGE}", volumes: [data:/d]}`]);
    expect(sharing(text('/data'))).toEqual([]);
    expect(sharing(text('/srv/workload/checkout'))).toHaveLength(1);
    expect(sharing(text('/srv/workload/checkout/deep'))).toHaveLength(1);
    expect(sharing(text('/srv/workload/checkout2'))).toEqual([]);
  });

  test('without a pin every mount counts as the work directory', () => {
    const text = [
      'services:',
      `  a: {image: "${IMAGE}", volumes: [data:/data]}`,
      `  other: {image: "${OTHER_IMAGE}", volumes: [data:/d]}`,
      '',
    ].join('\n');
    expect(sharing(text)).toEqual([`3 failed ${AT}.volumes[0]: other can write to the work directory`]);
  });
});

describe('the responder', () => {
  const responder = (...lines: string[]): string =>
    recommended(
      ['volumes: [work:/srv/workload]'],
      ['  attest:', `    image: ${IMAGE}`, '    entrypoint: [twl-attest]', ...lines.map((line) => `    ${line}`)],
    );

  test("may have the agent's socket", () => {
    const text = responder('volumes: ["/var/run/dstack.sock:/var/run/dstack.sock"]');
    expect(troubles(review(text))).toEqual({});
    expect(sharing(text)).toEqual([]);
  });

  test.each(['pid', 'ipc', 'network_mode'])('has its own %s, as the launcher has', (key) => {
    const beside = (service: string): string =>
      `${responder()}  other:\n    image: ${OTHER_IMAGE}\n    ${key}: service:${service}\n`;
    for (const name of ['attest', 'workload']) {
      expect(sharing(beside(name))).toEqual([
        `18 failed ${AT}.${key}: other shares a namespace (${key}): service:${name}`,
      ]);
    }
    expect(sharing(beside('attest2'))).toEqual([]);
  });

  test('may have nothing else', () => {
    expect(sharing(responder('volumes: [work:/w]'))).toEqual([
      '16 failed services.attest.volumes[0]: attest can write to the work directory',
    ]);
    expect(sharing(responder('volumes: ["/var/run/docker.sock:/w"]'))).toHaveLength(1);
    expect(sharing(responder('privileged: true'))).toEqual([
      '16 failed services.attest.privileged: attest is privileged',
    ]);
  });

  test('is none with another image', () => {
    const found = review(
      responder('volumes: ["/var/run/dstack.sock:/x"]').replace(
        `  attest:\n    image: ${IMAGE}`,
        `  attest:\n    image: ${OTHER_IMAGE}`,
      ),
    );
    expect(said(found, 'compose.sharing')).toEqual([
      "16 failed services.attest.volumes[0]: attest reaches the guest agent's socket (/var/run/dstack.sock)",
    ]);
  });

  test('is none with another command', () => {
    const found = review(responder().replace('entrypoint: [twl-attest]', 'entrypoint: [twl-attest, --all]'));
    expect(found.results['compose.launcher'].state).toBe('failed');
  });
});

describe('compose.services', () => {
  const services = (text: string, admitted?: { digest: string; definition?: string; source: string }[]): string[] =>
    said(review(text, admitted === undefined ? {} : { admitted }), 'compose.services', true);
  const hashOf = (text: string): string => {
    const file = readCompose(text);
    return definitionHash(file, file.services.find(({ name }) => name === 'other')!);
  };

  test('one that the policy admits by its image', () => {
    const hash = hashOf(beside([]));
    expect(services(beside([]))).toEqual([
      `13 information ${AT}: other is admitted by policy org.toml (${OTHER}, definition ${hash})`,
    ]);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('one that no policy admits', () => {
    const hash = hashOf(beside([]));
    expect(services(beside([]), [])).toEqual([
      `13 failed ${AT}: other runs beside the launcher and is not admitted (${OTHER}, definition ${hash})`,
    ]);
    expect(services(beside([]), [{ digest: `sha256:${'d'.repeat(64)}`, source: 'x' }])).toHaveLength(1);
    expect(services(beside([]).replace(OTHER_IMAGE, 'x:1'))[0]).toMatch(
      /^13 failed .*\(an image without a digest, definition [0-9a-f]{64}\)$/,
    );
  });

  test('one that is admitted with its whole definition', () => {
    const text = beside(['command: a', 'init: true']);
    const admitted = [{ digest: OTHER, definition: hashOf(text), source: 'p' }];
    expect(services(text, admitted)[0]).toMatch(/^13 information /);
    expect(services(beside(['init: true', '# a note', 'command: "a"']), admitted)[0]).toMatch(/^13 information /);
    for (const lines of [
      ['command: b', 'init: true'],
      ['command: a'],
      ['command: [a]', 'init: true'],
      ['command: a', 'init: "true"'],
      ['command: a', 'init: true', 'x-a: 1'],
    ]) {
      expect(services(beside(lines), admitted)[0]).toMatch(/^13 failed /);
    }
  });

  test('ones that the text does not decide', () => {
    expect(services(beside([]).replace(OTHER_IMAGE, '"${I}"'))).toEqual([
      `14 not-bound ${AT}.image: what other runs is not decided by the text: it is left to the variable I`,
    ]);
    expect(services(beside(['extends: x']))).toEqual([
      `15 not-bound ${AT}.extends: other takes part of its definition from elsewhere`,
    ]);
    expect(services('services: {other: {build: .}}')[0]).toMatch(/^1 failed /);
  });
});
