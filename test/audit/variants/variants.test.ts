import { afterAll, describe, test } from 'vitest';
import { check, type Variant, variantsRun } from './support/variant.ts';
import { certificates } from './tables/certificates.ts';
import { collateralDocuments } from './tables/collateral-documents.ts';
import { collaterals } from './tables/collateral.ts';
import { compose } from './tables/compose.ts';
import { eventsFollowed, eventsLeft } from './tables/events.ts';
import { eventsShown } from './tables/events-shown.ts';
import { forms } from './tables/forms.ts';
import { image } from './tables/image.ts';
import { evidenceParts } from './tables/parts.ts';
import { pckChain } from './tables/pck-chain.ts';
import { policies } from './tables/policy.ts';
import { quoteFlips } from './tables/quote-flips.ts';
import { quoteSigned } from './tables/quote-signed.ts';

const TABLES: Readonly<Record<string, readonly Variant[]>> = {
  'bits turned in the quote': quoteFlips,
  'quotes signed anew': quoteSigned,
  'the PCK chain': pckChain,
  collateral: collaterals,
  'documents of the collateral': collateralDocuments,
  'statuses, exceptions and demands': policies,
  'RA-TLS certificates': certificates,
  'app-compose and config id': compose,
  'OS image': image,
  'parts of the evidence': evidenceParts,
  'forms of evidence': forms,
  'events edited, registers left': eventsLeft,
  'events edited, registers follow': eventsFollowed,
  'events of another machine': eventsShown,
};

describe.each(Object.entries(TABLES))('%s', (_, variants) => {
  test.each(variants.map((variant) => [variant.name, variant] as const))('%s', (_, variant) => {
    check(variant);
  });
});

afterAll(() => {
  console.info(`variants: ${variantsRun()}`);
});
