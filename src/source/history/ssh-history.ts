import type { RepoUrl } from '../../pin/types.ts';
import { type Advertisement, FetchAnswerReader } from '../transport/protocol.ts';
import { talkOverSsh } from '../transport/ssh-fetch.ts';
import { PackObjects } from './pack-objects.ts';
import { RefCollector } from './refs.ts';
import { RefsAnswerReader } from './refs-answer.ts';
import type { HistoryAddress, RemoteHistory } from './remote.ts';
import { encodeHistoryV0, encodeHistoryV2, encodeLsRefs, filtersOf } from './requests.ts';

type SshUrl = Extract<RepoUrl, { kind: 'ssh' }>;

/** A repository over ssh: one connection for its refs, and one for each question. */
export const openSshHistory = async (options: HistoryAddress & { url: SshUrl }): Promise<RemoteHistory> => {
  const { url, want, settings, bounds, scratch } = options;
  const { format } = want;
  const { limits, deadline, sshKeyFile: keyFile, sshKnownHostsFile: knownHostsFile } = settings;
  const address = { url, want, limits, deadline, keyFile, knownHostsFile };
  const refs = new RefCollector(format, bounds);
  let server: Advertisement = { version: 0, capabilities: new Set() };
  await talkOverSsh(address, {
    onRef: refs.add,
    ask: (greeting) => {
      server = greeting;
      if (greeting.version === 2) {
        return { text: encodeLsRefs(format), reader: new RefsAnswerReader(limits, refs.add) };
      }
      refs.takeHead(greeting.capabilities);
      return undefined;
    },
  });
  let isCut = refs.isShallow;
  return {
    list: refs.list,
    filters: filtersOf(server),
    isCut: () => isCut,
    fetch: async (query, graph, lowered) => {
      const pack = new PackObjects({ format, limits: lowered, deadline, path: scratch, onObject: graph.add });
      let reader: FetchAnswerReader | undefined;
      try {
        await talkOverSsh(address, {
          ask: (greeting) => {
            const { version, capabilities } = greeting;
            reader = new FetchAnswerReader(version, lowered, pack.push, query.haves.length > 0);
            const text =
              version === 2
                ? encodeHistoryV2(query, format, filtersOf(greeting))
                : encodeHistoryV0(query, format, capabilities);
            return { text, reader };
          },
        });
        pack.finish();
        isCut ||= reader?.namedShallow === true;
        return pack.received;
      } finally {
        pack.remove();
      }
    },
  };
};
