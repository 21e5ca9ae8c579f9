import { Document, isScalar, isSeq, Scalar } from 'yaml';
import type { PortMapping } from './config/fields.ts';
import type { NodeOptions } from './node-options.ts';
import { DSTACK_SOCKET, NODE_CONFIG } from './paths.ts';
import type { Platform } from './settings.ts';

const NAME = 'mpc-node';
const PROGRAM = '/app/mpc-node';
/** A node that reads its chain answers late after a start, so a health check fails for a while without meaning. */
const HEALTH_TIMES = { interval: '30s', timeout: '10s', retries: 3, start_period: '10m' };

export interface ComposeInput {
  readonly platform: Platform;
  /** `name@sha256:…`. */
  readonly image: string;
  readonly ports: readonly PortMapping[];
  readonly options: NodeOptions;
}

/** Compose replaces `$NAME` in values; `$$` is a dollar. */
const literal = (text: string): string => text.replaceAll('$', '$$$$');

const environmentOf = ({ platform, options }: ComposeInput): readonly string[] => [
  ...(platform === 'TEE' ? [`DSTACK_ENDPOINT=${DSTACK_SOCKET}`] : []),
  ...(options.rustLog === undefined ? [] : [`RUST_LOG=${literal(options.rustLog)}`]),
  ...(options.rustBacktrace === undefined ? [] : [`RUST_BACKTRACE=${options.rustBacktrace}`]),
];

const serviceOf = (input: ComposeInput): Record<string, unknown> => {
  const { platform, image, ports, options } = input;
  const environment = environmentOf(input);
  const { logRotation, healthCheck } = options;
  return {
    image,
    container_name: NAME,
    restart: 'on-failure',
    security_opt: ['no-new-privileges:true'],
    ports: ports.map(({ host, container }) => `${host}:${container}`),
    ...(environment.length === 0 ? {} : { environment }),
    volumes: [
      '/tapp:/tapp:ro',
      'shared-volume:/mnt/shared',
      'mpc-data:/data',
      ...(platform === 'TEE' ? [`${DSTACK_SOCKET}:${DSTACK_SOCKET}`] : []),
    ],
    command: [PROGRAM, 'start-with-config-file', NODE_CONFIG],
    ...(logRotation === undefined
      ? {}
      : {
          logging: {
            driver: 'json-file',
            options: { 'max-size': logRotation.maxSize, 'max-file': logRotation.maxFiles },
          },
        }),
    ...(healthCheck === undefined
      ? {}
      : { healthcheck: { test: ['CMD', ...healthCheck.map(literal)], ...HEALTH_TIMES } }),
  };
};

/** Values of these keys are quoted, lists on one line: as near/mpc's template writes them. */
const QUOTED = ['image', 'container_name'];
const FLOW = ['ports', 'command'];

const quote = (node: unknown): void => {
  if (isScalar(node)) node.type = Scalar.QUOTE_DOUBLE;
};

/** The compose file of the node (near/mpc assets/mpc-node-docker-compose.tee.template.yml and its sibling). */
export const renderCompose = (input: ComposeInput): string => {
  const document = new Document({
    name: NAME,
    services: { [NAME]: serviceOf(input) },
    volumes: { 'shared-volume': { name: 'shared-volume' }, 'mpc-data': { name: 'mpc-data' } },
  });
  for (const key of QUOTED) quote(document.getIn(['services', NAME, key], true));
  for (const key of FLOW) {
    const list = document.getIn(['services', NAME, key], true);
    if (!isSeq(list)) continue;
    list.flow = true;
    list.items.forEach(quote);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
};
