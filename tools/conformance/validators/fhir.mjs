// The npm package `fhir`: cardinality, unknown elements, required bindings, types of references.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const name = 'cardinality and required bindings (fhir)';

/** Gives the function that lists what is wrong with a Bundle. */
export function load() {
  const { Fhir } = require('fhir');
  const fhir = new Fhir();

  function errorsOf(resource, where) {
    const { messages } = fhir.validate(resource, { errorOnUnexpected: true });
    return messages
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(({ location, message }) => `${where}: ${location}: ${message}`);
  }

  return (bundle, resources) => [
    ...errorsOf(bundle, 'Bundle'),
    ...resources.flatMap(({ resource, where }) => errorsOf(resource, where)),
  ];
}
