// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { IMAGE, MORE, recommended, review, said, troubles } from './support.ts';

const override = (text: string): string[] => said(review(text), 'compose.override');
const notAmong = (key: string): string =>
  `failed services.workload.${key}: ${key} is not among the keys that leave the launcher what its image makes it`;
const unread = 'what is mounted here cannot be read; compose and its versions may differ on it';

describe('keys that change what the image does', () => {
  test.each<[string, string[]]>([
    ['entrypoint', ['entrypoint: [/bin/sh]']],
    ['entrypoint', ['entrypoint: ""']],
    ['entrypoint', ['entrypoint: []']],
    ['user', ["user: '1000'"]],
    ['working_dir', ['working_dir: /tmp']],
    ['post_start', ['post_start: [{command: x}]']],
    ['pre_stop', ['pre_stop: [{command: x}]']],
    ['build', ['build: .']],
    ['develop', ['develop: {watch: []}']],
    ['privileged', ['privileged: false']],
    ['pid', ['pid: host']],
    ['ipc', ['ipc: host']],
    ['network_mode', ['network_mode: host']],
    ['uts', ['uts: host']],
    ['userns_mode', ['userns_mode: host']],
    ['cgroup', ['cgroup: host']],
    ['cap_add', ['cap_add: [SYS_ADMIN]']],
    ['devices', ['devices: [/dev/kvm]']],
    ['volumes_from', ['volumes_from: [x]']],
    ['cgroup_parent', ['cgroup_parent: x']],
    ['runtime', ['runtime: x']],
    ['extra_hosts', ['extra_hosts: ["github.com:10.0.0.1"]']],
    ['dns', ['dns: 10.0.0.1']],
    ['sysctls', ['sysctls: {a: 1}']],
    ['label_file', ['label_file: x']],
    ['use_api_socket', ['use_api_socket: true']],
    ['models', ['models: [m]']],
    ['provider', ['provider: {type: x}']],
    ['group_add', ['group_add: [docker]']],
    ['unheard_of', ['unheard_of: 1']],
    ['annotations', ['annotations: {run.oci.x: y}']],
  ])('%s', (key, lines) => {
    expect(override(recommended(lines))).toEqual([`${MORE} ${notAmong(key)}`]);
  });

  test('a definition that is partly elsewhere', () => {
    const text = 'the launcher takes part of its definition from elsewhere; write it out in place';
    expect(override(recommended(['extends: base']))).toEqual([`${MORE} failed services.workload.extends: ${text}`]);
    expect(override(recommended(['extends: {service: base}']))).toEqual([
      `${MORE} failed services.workload.extends: ${text}`,
    ]);
    expect(override(recommended(['extends:', '  file: x.yml', '  service: base']))).toEqual([
      `${MORE} not-bound services.workload.extends: ${text}`,
    ]);
  });

  test('a key that comes along with a merge, at its own line', () => {
    const text = [
      'x-base: &base',
      '  user: root',
      'services:',
      '  workload:',
      '    <<: *base',
      `    image: ${IMAGE}`,
      '',
    ].join('\n');
    expect(override(text)).toContain(
      '2 failed services.workload.user: user is not among the keys that leave the launcher what its image makes it',
    );
  });
});

describe('keys that are harmless', () => {
  test.each<[string, string[]]>([
    [
      'resources and names',
      [
        'mem_limit: 1g',
        'cpus: 2',
        'container_name: x',
        'hostname: y',
        'shm_size: 64m',
        'ulimits: {nofile: 5}',
        'gpus: all',
      ],
    ],
    [
      'networks and order',
      [
        'networks: [n]',
        'depends_on: [x]',
        'expose: [80]',
        'init: true',
        'restart: always',
        'stop_grace_period: 30s',
        'stop_signal: SIGINT',
      ],
    ],
    ['extensions', ['x-note: y']],
    ['a key that holds nothing', ['entrypoint:', 'user: ~']],
    ['an empty command', ['command: []']],
    ['an empty command as a text', ['command: ""']],
    ['a healthcheck that is off', ['healthcheck: {disable: true}']],
    ['a healthcheck that is off with its test', ['healthcheck: {test: [CMD, x], disable: true}']],
    ['a healthcheck of none', ['healthcheck: {test: [NONE]}']],
    ['a healthcheck without a test', ['healthcheck: {interval: 5s}']],
    [
      'what deploy says of resources',
      ['deploy: {mode: replicated, resources: {limits: {cpus: "1"}}, restart_policy: {}, x-y: 1}'],
    ],
    ['how deploy places and updates', ['deploy: {labels: {a: b}, placement: {}, update_config: {}, replicas: 1}']],
    ['a platform', ['platform: linux/amd64']],
    ['logs', ['logging: {driver: json-file, options: {max-size: 50m, max-file: "5"}}']],
    ['logs that go to a network', ['logging: {driver: fluentd, options: {fluentd-address: "localhost:24224"}}']],
    ['a GPU', ['gpus: [{driver: nvidia}]', 'deploy: {resources: {reservations: {devices: [{driver: nvidia}]}}}']],
    [
      'mounts for data',
      [
        'volumes: [data:/srv/workload, "/srv/x:/data:ro", /var/lib/app, "/var/run/dstack.sock:/var/run/dstack.sock", {type: tmpfs, target: /dev/shm}]',
        'tmpfs: [/tmp, /run]',
        'secrets: [s]',
      ],
    ],
    ['known hosts', ['volumes: ["./h:/etc/ssh/ssh_known_hosts:ro"]']],
    ["the program's own folder", ['volumes: ["extra:/etc/trusted-workload-launcher/extra"]']],
  ])('%s', (_name, lines) => {
    const found = review(recommended(lines));
    expect(said(found, 'compose.override', true)).toEqual([]);
    expect(troubles(found)['compose.override']).toBeUndefined();
  });

  test('no-new-privileges in each of its forms', () => {
    for (const form of ['no-new-privileges', 'no-new-privileges:true', 'no-new-privileges=true']) {
      expect(override(recommended().replace('no-new-privileges:true', form))).toEqual([]);
    }
  });
});

describe('values', () => {
  const option = (form: string): string[] => override(recommended().replace('no-new-privileges:true', form));
  const beyond = 'the command is more than the path of a config:';

  test('other security options', () => {
    for (const form of [
      'seccomp=unconfined',
      'no-new-privileges:false',
      'xno-new-privileges',
      'no-new-privileges:truex',
    ]) {
      expect(option(form)).toEqual([
        `10 failed services.workload.security_opt[0]: the security option ${form} is not known to be harmless`,
      ]);
    }
    expect(option('${S}')).toEqual([
      '10 not-bound services.workload.security_opt[0]: a security option is not decided by the text: it is left to the variable S',
    ]);
  });

  test.each<[string, string[], string[]]>([
    ['two words', ['command: [/a, /b]'], [`failed services.workload.command: ${beyond} /a /b`]],
    ['a flag', ['command: --dry-run'], [`failed services.workload.command: ${beyond} --dry-run`]],
    ['an empty word', ['command: [""]'], [`failed services.workload.command: ${beyond} `]],
    [
      'an unreadable command',
      ['command: a; b'],
      ['failed services.workload.command: the command cannot be split as compose does; write it as a list'],
    ],
    [
      'a variable',
      ['command: ["${C}"]'],
      ['not-bound services.workload.command: the command is not decided by the text: it is left to the variable C'],
    ],
    [
      'a healthcheck',
      ['healthcheck: {test: curl x}'],
      ["failed services.workload.healthcheck.test: a healthcheck runs a command inside of the launcher's container"],
    ],
    [
      'a healthcheck as a list',
      ['healthcheck: {test: [CMD, x], disable: false}'],
      ["failed services.workload.healthcheck.test[0]: a healthcheck runs a command inside of the launcher's container"],
    ],
    [
      'a healthcheck that a variable may turn on',
      ['healthcheck: {test: "${T}", disable: "${D:-true}"}'],
      ["failed services.workload.healthcheck.test: a healthcheck runs a command inside of the launcher's container"],
    ],
    [
      'deploy',
      ['deploy: {endpoint_mode: vip}'],
      ['failed services.workload.deploy.endpoint_mode: deploy.endpoint_mode is not among the keys that are let pass'],
    ],
    [
      'deploy.mode',
      ['deploy: {mode: global}'],
      ['failed services.workload.deploy.mode: deploy.mode is not replicated'],
    ],
    [
      'logs that go to a socket',
      ['logging: {driver: syslog, options: {syslog-address: "unix:///run/x.sock"}}'],
      [
        'failed services.workload.logging.options.syslog-address: the logs of workload go to a socket of the machine (syslog-address: unix:///run/x.sock)',
      ],
    ],
    [
      'logs whose address a variable decides',
      ['logging: {driver: gelf, options: {gelf-address: "${G}"}}'],
      [
        'not-bound services.workload.logging.options.gelf-address: where the logs of workload go is not decided by the text: it is left to the variable G',
      ],
    ],
    [
      'logs that a plug-in gets',
      ['logging: {driver: x}'],
      ["failed services.workload.logging.driver: the log driver of workload is none of the engine's own: x"],
    ],
    [
      'a device by a description of the machine',
      ['gpus: [{driver: cdi}]'],
      ['failed services.workload.gpus[0].driver: workload gets a device of the machine by the driver cdi'],
    ],
    [
      'one that deploy reserves',
      ['deploy: {resources: {reservations: {devices: [{driver: cdi}]}}}'],
      [
        'failed services.workload.deploy.resources.reservations.devices[0].driver: workload gets a device of the machine by the driver cdi',
      ],
    ],
    [
      'a platform that a variable decides',
      ['platform: "${P}"'],
      ['not-bound services.workload.platform: platform is not decided by the text: it is left to the variable P'],
    ],
    [
      'a volume over a program',
      ['volumes: [data:/usr/local]'],
      ['failed services.workload.volumes[0]: a mount at /usr/local can replace files of the image in /usr'],
    ],
    [
      'a volume over everything',
      ['volumes: [data:/]'],
      ['failed services.workload.volumes[0]: a mount at / can replace files of the image in /bin'],
    ],
    [
      'a tmpfs over the launcher',
      ['tmpfs: /opt/launcher'],
      ['failed services.workload.tmpfs: a mount at /opt/launcher can replace files of the image in /opt'],
    ],
    [
      'a config over a program',
      ['configs: [{source: c, target: /bin/bash}]'],
      ['failed services.workload.configs[0]: a mount at /bin/bash can replace files of the image in /bin'],
    ],
    [
      'a secret over a library',
      ['secrets: [{source: c, target: /lib/x.so}]'],
      ['failed services.workload.secrets[0]: a mount at /lib/x.so can replace files of the image in /lib'],
    ],
    [
      "the loader's list",
      ['volumes: ["./p:/etc/ld.so.preload"]'],
      ['failed services.workload.volumes[0]: a mount at /etc/ld.so.preload can replace files of the image in /etc'],
    ],
    [
      'the folder of the known hosts',
      ['volumes: ["./p:/etc/ssh"]'],
      ['failed services.workload.volumes[0]: a mount at /etc/ssh can replace files of the image in /etc'],
    ],
    [
      'a way around',
      ['volumes: ["data:/srv/../usr"]'],
      ['failed services.workload.volumes[0]: a mount at /usr can replace files of the image in /usr'],
    ],
    ['a drive of Windows', ['volumes: ["d:/usr"]'], [`failed services.workload.volumes[0]: ${unread}`]],
    ['a relative target', ['volumes: ["data:usr"]'], [`failed services.workload.volumes[0]: ${unread}`]],
    [
      'an unknown kind',
      ['volumes: [{type: image, source: x, target: /x}]'],
      [`failed services.workload.volumes[0]: ${unread}`],
    ],
    [
      'a target that a variable decides',
      ['volumes: ["data:/${T}"]'],
      [
        'not-bound services.workload.volumes[0]: what is mounted here, and where, is not decided by the text: it is left to the variable T',
      ],
    ],
    [
      'an option that a variable decides',
      ['volumes: [{type: volume, source: data, target: /d, read_only: "${R}"}]'],
      ['not-bound services.workload.volumes[0]: this mount is left to the variable R'],
    ],
  ])('%s', (_name, lines, expected) => {
    expect(override(recommended(lines)).filter((one) => !one.includes('two pins'))).toEqual(
      expected.map((one) => `${MORE} ${one}`),
    );
  });

  test('shapes that compose has none of', () => {
    expect(override(recommended(['deploy: x']))).toEqual([
      `${MORE} failed services.workload.deploy: deploy cannot be read`,
    ]);
    expect(override(recommended(['deploy: $X']))).toEqual([
      `${MORE} not-bound services.workload.deploy: deploy is not decided by the text: it is left to the variable X`,
    ]);
    const command = "a healthcheck runs a command inside of the launcher's container";
    expect(override(recommended(['healthcheck: x']))).toEqual([
      `${MORE} failed services.workload.healthcheck: ${command}`,
    ]);
    expect(override(recommended(['healthcheck: {test: NONE}']))).toEqual([
      `${MORE} failed services.workload.healthcheck.test: ${command}`,
    ]);
    expect(override(recommended().replace("['no-new-privileges:true']", '[{a: b}]'))).toEqual([
      '10 failed services.workload.security_opt[0]: a security option cannot be read',
    ]);
  });

  test('what a variable decides and does not matter is told', () => {
    expect(said(review(recommended(['ports: ["${P}:80"]'])), 'compose.override', true)).toEqual([
      `${MORE} information services.workload.ports: the value of ports is not in the text: it comes from P`,
    ]);
    expect(
      said(review(recommended(['logging: {options: {tag: "$T"}}', 'gpus: "$G"'])), 'compose.override', true),
    ).toEqual([
      `${MORE} information services.workload.logging: the value of logging is not in the text: it comes from T`,
      `${MORE + 1} information services.workload.gpus: the value of gpus is not in the text: it comes from G`,
    ]);
    // Told once, and no worse than it is.
    expect(said(review(recommended(['logging: {driver: "$D"}'])), 'compose.override', true)).toEqual([
      `${MORE} not-bound services.workload.logging.driver: the log driver of workload is not decided by the text: it is left to the variable D`,
    ]);
  });
});

describe('platform', () => {
  const other = (platform: string): string =>
    `the platform is ${platform}: another image of the index than the one for linux/amd64`;

  test.each(['linux/386', 'linux/arm64', 'linux/amd64/v1', 'linux', 'Linux/amd64', 'linux/amd64 '])(
    '%j is another image',
    (platform) => {
      const found = review(recommended([`platform: "${platform}"`]));
      expect(said(found, 'compose.override')).toEqual([
        `${MORE} failed services.workload.platform: ${other(platform)}`,
      ]);
      expect(found.results['compose.override'].state).toBe('failed');
    },
  );

  test('of the responder is looked at as well', () => {
    const text = (platform: string) =>
      recommended([], [`  attest: {image: "${IMAGE}", entrypoint: twl-attest, platform: "${platform}"}`]);
    expect(override(text('linux/386'))).toEqual([`12 failed services.attest.platform: ${other('linux/386')}`]);
    expect(override(text('linux/amd64'))).toEqual([]);
  });

  test('that is no text cannot be read', () => {
    expect(override(recommended(['platform: [linux/amd64]']))).toEqual([
      `${MORE} failed services.workload.platform: platform cannot be read`,
    ]);
  });

  test('of another service is its own business', () => {
    expect(override(recommended([], ['  b: {image: x, platform: linux/386}']))).toEqual([]);
  });
});

describe('the top of the file', () => {
  test('what it brings in from elsewhere', () => {
    const found = review(`include: [other.yml]\n${recommended()}`);
    expect(said(found, 'compose.override')).toEqual([
      '1 not-bound include: include brings in files that the attested text does not hold',
    ]);
    expect(said(found, 'compose.services')).toEqual([
      '1 not-bound include: include may bring in services that the attested text does not hold',
    ]);
    expect(said(found, 'compose.sharing')).toEqual([
      '1 not-bound include: what the included files share with the launcher is not in the text',
    ]);
    expect(troubles(found)).toEqual({
      'compose.override': 'not-bound',
      'compose.services': 'not-bound',
      'compose.sharing': 'not-bound',
    });
  });

  test('what nobody knows', () => {
    expect(override(`models: {m: {model: x}}\n${recommended()}`)).toEqual([
      '1 failed models: models is no key of a compose file that is read here',
    ]);
  });

  test('what is harmless', () => {
    expect(
      troubles(
        review(
          `name: p\nversion: '3.8'\nx-a: 1\nnetworks: {n: }\nvolumes: {v: }\nsecrets: {}\nconfigs: {}\n${recommended()}`,
        ),
      ),
    ).toEqual({});
  });
});
