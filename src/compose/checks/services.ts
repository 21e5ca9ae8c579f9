import type { AdmittedService, ComposeContext } from '../context.ts';
import { definitionHash } from '../definition-hash.ts';
import type { Service } from '../document.ts';
import { type ComposeFinding, failing, informing, unbound, unboundBy } from '../findings.ts';
import { childOf, variablesOf } from '../tree.ts';

const admittedBy = (
  service: Service,
  admitted: readonly AdmittedService[],
  hash: string,
): AdmittedService | undefined =>
  admitted.find(
    ({ digest, definition }) => digest === service.image?.digest && (definition === undefined || definition === hash),
  );

const serviceFinding = (service: Service, { expected, file }: ComposeContext): ComposeFinding[] => {
  const { name, node } = service;
  const image = childOf(node, 'image');
  const variables = variablesOf(image);
  if (variables.length > 0)
    return unboundBy(variables, image ?? service, `what ${name} runs is not decided by the text`);
  const elsewhere = childOf(node, 'extends');
  if (elsewhere !== undefined) return [unbound(elsewhere, `${name} takes part of its definition from elsewhere`)];
  const hash = definitionHash(file, service);
  const admission = admittedBy(service, expected.admitted, hash);
  const what = `${service.image?.digest ?? 'an image without a digest'}, definition ${hash}`;
  if (admission === undefined)
    return [failing(service, `${name} runs beside the launcher and is not admitted (${what})`)];
  return [informing(service, `${name} is admitted by ${admission.source} (${what})`)];
};

/** compose.services: every other service is one that the policy admits. */
export const checkServices = (context: ComposeContext): ComposeFinding[] => {
  const include = context.file.root.entries.get('include');
  return [
    ...(include === undefined
      ? []
      : [unbound(include, 'include may bring in services that the attested text does not hold')]),
    ...context.roles.others.flatMap((service) => serviceFinding(service, context)),
  ];
};
