import type { ComposeContext } from '../context.ts';
import type { Service } from '../document.ts';
import { type ComposeFinding, failing, unbound, unboundBy } from '../findings.ts';
import { childOf, literalOf, variablesOf } from '../tree.ts';

const imageFindings = (service: Service): ComposeFinding[] => {
  const { node, name } = service;
  const build = childOf(node, 'build');
  if (build !== undefined) return [unbound(build, `${name} is built from files that the attested text does not hold`)];
  const policy = childOf(node, 'pull_policy');
  if (literalOf(policy) === 'build') return [unbound(policy!, `${name} is built, not pulled by its digest`)];
  const image = childOf(node, 'image');
  if (image === undefined) return [failing(node, `${name} has no image`)];
  const variables = variablesOf(image);
  if (variables.length > 0) return unboundBy(variables, image, `the image of ${name} is not decided by the text`);
  if (service.image === undefined) return [failing(image, `${literalOf(image) ?? 'the image'} is no image reference`)];
  if (service.image.digest !== undefined) return [];
  return [unbound(image, `${literalOf(image)} is named without a digest, so that it can become another image`)];
};

/** compose.images: every image is named by its digest. A service that takes its definition elsewhere says so under other ids. */
export const checkImages = ({ file }: ComposeContext): ComposeFinding[] =>
  file.services.flatMap((service) => {
    const isElsewhere =
      childOf(service.node, 'extends') !== undefined || childOf(service.node, 'provider') !== undefined;
    if (isElsewhere && childOf(service.node, 'image') === undefined) {
      return [unbound(service, `which image ${service.name} runs is said elsewhere`)];
    }
    return imageFindings(service);
  });
