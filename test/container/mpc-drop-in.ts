import { copyFileSync, existsSync, linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../support/container-engine.ts';
import { makeScratch } from '../support/scratch.ts';
import { buildImage } from './image.ts';

const COMPOSE_PLACES = [
  '/usr/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/local/lib/docker/cli-plugins',
];

/** The image of the container tests with this machine's docker and compose, and `mpc-launcher` as its entry point. */
export const buildDropIn = async (dock: Engine): Promise<string> => {
  const base = await buildImage(dock);
  const context = makeScratch();
  const put = (from: string, name: string): void => {
    try {
      linkSync(from, context.join(name));
    } catch {
      copyFileSync(from, context.join(name));
    }
  };
  put(['/usr/bin/docker', '/usr/local/bin/docker'].find(existsSync) ?? '', 'docker');
  put(COMPOSE_PLACES.map((folder) => join(folder, 'docker-compose')).find(existsSync) ?? '', 'docker-compose');
  writeFileSync(
    context.join('Dockerfile'),
    `FROM ${base}
COPY docker /usr/bin/docker
COPY docker-compose /usr/libexec/docker/cli-plugins/docker-compose
ENTRYPOINT ["/usr/local/bin/mpc-launcher"]
`,
  );
  const tag = `${base.replace('twl-test:', 'twl-mpc:')}`;
  await dock.docker('build', '-q', '-t', tag, context.path);
  context.remove();
  return tag;
};
