import type { Behaviour } from '../../support/answer.ts';
import { isFetch, resultOf } from '../../support/behaviours.ts';
import type { ObjectStore } from '../../support/object-store.ts';
import { packOfStore } from '../../support/pack-builder.ts';
import { packfileResponse } from '../../support/pkt-line.ts';

/** A server's behaviour: a request for one of these commits gets all of its store in a pack made by hand, others get git's answer. */
export const servedByHand =
  (stores: ReadonlyMap<string, ObjectStore>): Behaviour =>
  (request) => {
    if (!isFetch(request)) return undefined;
    const wanted = /want ([0-9a-f]{40,64})/.exec(request.body.toString('latin1'))?.[1] ?? '';
    const store = stores.get(wanted);
    return store === undefined ? undefined : resultOf(packfileResponse(packOfStore(store)));
  };
