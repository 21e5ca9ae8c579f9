import type { RepoUrl } from '../../pin/types.ts';
import { basicAuthorization } from '../transport/fetch.ts';
import { exchange } from '../transport/http-exchange.ts';
import {
  checkAnswer,
  commonHeaders,
  discover,
  type HttpAddress,
  RESULT_TYPE,
  SERVICE,
  serviceUrl,
} from '../transport/http-fetch.ts';
import { FetchAnswerReader } from '../transport/protocol.ts';
import { PackObjects } from './pack-objects.ts';
import { RefCollector } from './refs.ts';
import { RefsAnswerReader } from './refs-answer.ts';
import type { HistoryAddress, RemoteHistory } from './remote.ts';
import { encodeHistoryV0, encodeHistoryV2, encodeLsRefs, filtersOf } from './requests.ts';

type HttpUrl = Extract<RepoUrl, { kind: 'http' }>;

const httpAddress = ({ url, want, settings }: HistoryAddress & { url: HttpUrl }): HttpAddress => {
  const { limits, deadline, pinnedHosts, ca, proxy, credential } = settings;
  return {
    url: new URL(url.text),
    want,
    authorization: credential === undefined ? undefined : basicAuthorization(credential),
    settings: { limits, deadline, pinnedHosts, ca, proxy: proxy === undefined ? undefined : new URL(proxy) },
  };
};

interface Question {
  base: URL;
  version: 0 | 2;
  body: string;
  take: (bytes: Buffer) => void;
}

const post = async (address: HttpAddress, { base, version, body, take }: Question): Promise<void> => {
  const url = serviceUrl(base, `/${SERVICE}`);
  const headers = {
    ...commonHeaders(address, url),
    Accept: RESULT_TYPE,
    'Content-Type': `application/x-${SERVICE}-request`,
    ...(version === 2 ? { 'Git-Protocol': 'version=2' } : {}),
  };
  const answer = await exchange({ method: 'POST', url, headers, body }, address.settings);
  try {
    checkAnswer(answer, url, RESULT_TYPE, address.authorization !== undefined);
    await answer.read((bytes) => {
      take(bytes);
      return undefined;
    });
  } finally {
    answer.abandon();
  }
};

/** A repository over smart HTTP: what it is, then its refs, then as many questions as are asked. */
export const openHttpHistory = async (options: HistoryAddress & { url: HttpUrl }): Promise<RemoteHistory> => {
  const { want, settings, bounds, scratch } = options;
  const { format } = want;
  const address = httpAddress(options);
  const refs = new RefCollector(format, bounds);
  const server = await discover(address, refs.add);
  const { base, version, capabilities } = server;
  if (version === 0) {
    refs.takeHead(capabilities);
  } else {
    const reader = new RefsAnswerReader(settings.limits, refs.add);
    await post(address, { base, version, body: encodeLsRefs(format), take: (bytes) => reader.push(bytes) });
    reader.finish();
  }
  const filters = filtersOf(server);
  let isCut = refs.isShallow;
  return {
    list: refs.list,
    filters,
    isCut: () => isCut,
    fetch: async (query, graph, limits) => {
      const { deadline } = settings;
      const pack = new PackObjects({ format, limits, deadline, path: scratch, onObject: graph.add });
      try {
        const reader = new FetchAnswerReader(version, limits, pack.push, query.haves.length > 0);
        const body =
          version === 2 ? encodeHistoryV2(query, format, filters) : encodeHistoryV0(query, format, capabilities);
        await post(address, { base, version, body, take: (bytes) => reader.push(bytes) });
        reader.finish();
        pack.finish();
        isCut ||= reader.namedShallow;
        return pack.received;
      } finally {
        pack.remove();
      }
    },
  };
};
