import { beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../launcher/support.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { deploy, literal } from './deployment.ts';
import { buildImage, USER } from './image.ts';

const found = await engine();
let image = '';
const dock = found as Engine;

const LOOK_AROUND = `echo "process $$ user $(id -u) config \${LAUNCHER_CONFIG:+set}"
grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status || while read -r line; do
  case $line in CapEff* | CapBnd* | NoNewPrivs*) echo "$line" ;; esac
done </proc/self/status
echo x 2>/dev/null >/made || echo 'the image is read-only'
git rev-parse HEAD
git status --porcelain
`;

describe.skipIf(found === undefined)('the recommended deployment', () => {
  beforeAll(async () => {
    image = await buildImage(dock);
  }, 300_000);

  test.each([
    ['a tmpfs', { tmpfs: [`/data:uid=${USER},gid=${USER},mode=0700`] }],
    ['a volume', { volumes: ['data:/data'] }],
    ['a folder of a volume', { volumes: ['data:/data'] }],
  ])('read-only, without privileges, with %s for WORK_DIR', async (what, mounts) => {
    const { repository, pin } = await serve({ 'tee-launch.sh': LOOK_AROUND });
    const workDir = what.startsWith('a folder') ? '/data/app' : '/data';
    const deployment = deploy(dock, {
      services: {
        app: {
          image,
          network_mode: 'host',
          read_only: true,
          user: `${USER}:${USER}`,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          environment: { LAUNCHER_CONFIG: literal(pin({ WORK_DIR: workDir })) },
          ...mounts,
        },
      },
      volumes: { data: {} },
    });
    expect(await deployment.up()).toMatchObject({ code: 0 });
    const app = deployment.container('app');
    const status = await app.wait();
    const { stdout, stderr } = await app.logs();
    expect(stderr).toContain('config:   LAUNCHER_CONFIG\n');
    expect(stdout.replaceAll('\t', ' ')).toBe(
      `process 1 user ${USER} config set
CapEff: 0000000000000000
CapBnd: 0000000000000000
NoNewPrivs: 1
the image is read-only
${repository.commit}
`,
    );
    expect(status).toBe(0);
  });
});
