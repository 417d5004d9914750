// Runs every Bundle of a folder through every validator, then every Bundle with a planted fault.
//
//     node check.mjs FOLDER
//
// FOLDER/outputs holds what must be valid. FOLDER/faults holds what must not, FOLDER/faults.json says what
// was planted and whether Pactolus itself catches it; FOLDER/controls holds the same without the fault, so
// that a fault is caught for itself and not for what came with it. Exit code 1: an error in an output or a
// control, or a fault that nobody caught; 2: a validator could not do its work.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import * as fhir from './validators/fhir.mjs';
import * as fhirpath from './validators/fhirpath.mjs';
import * as medplum from './validators/medplum.mjs';
import * as schema from './validators/schema.mjs';

const SHOWN = 20;

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** What Pactolus itself found wrong with its answers when it wrote them here. */
function showOwn(errors, count) {
  console.log(`  our own check (narrative, choices, exact decimals): ${count} outputs, ${errors.length} errors`);
  errors.slice(0, SHOWN).forEach((error) => console.log(`    ${error}`));
  return errors.length;
}

/** The resources of a Bundle with their places. */
function resourcesOf(bundle) {
  return (bundle.entry ?? []).flatMap(({ resource }, index) =>
    resource ? [{ resource, where: `entry[${index}].${resource.resourceType}` }] : [],
  );
}

// A validator may write into what it is given, so each gets its own copy.
function errorsOf(validate, text) {
  const bundle = JSON.parse(text);
  return validate(bundle, resourcesOf(bundle));
}

function checkValid(validators, folder, what) {
  const files = readdirSync(folder).sort();
  let failures = files.length ? 0 : 1;
  for (const { name, validate } of validators) {
    const started = Date.now();
    const errors = files.flatMap((file) =>
      errorsOf(validate, readFileSync(join(folder, file), 'utf8')).map((error) => `${file}: ${error}`),
    );
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`  ${name}: ${files.length} ${what}, ${errors.length} errors (${seconds} s)`);
    errors.slice(0, SHOWN).forEach((error) => console.log(`    ${error}`));
    failures += errors.length;
  }
  return failures;
}

function checkFaults(validators, folder, planted) {
  let missed = 0;
  for (const { file, fault, into, own } of planted) {
    const text = readFileSync(join(folder, file), 'utf8');
    const by = validators.filter(({ validate }) => errorsOf(validate, text).length).map(({ short }) => short);
    if (own) by.push('pactolus');
    missed += by.length ? 0 : 1;
    console.log(`  ${into}: ${fault}: ${by.length ? `caught by ${by.join(', ')}` : 'NOT CAUGHT'}`);
  }
  return missed;
}

function main(folder) {
  const validators = Object.entries({ schema, medplum, fhir, fhirpath }).map(([short, module]) => ({
    short,
    name: module.name,
    validate: module.load(),
  }));
  console.log('what Pactolus answers:');
  let failures = checkValid(validators, join(folder, 'outputs'), 'outputs');
  failures += showOwn(read(join(folder, 'own.json')), readdirSync(join(folder, 'outputs')).length);
  console.log('what the faults are planted into:');
  failures += checkValid(validators, join(folder, 'controls'), 'controls');
  const planted = read(join(folder, 'faults.json'));
  console.log('planted faults:');
  const missed = checkFaults(validators, join(folder, 'faults'), planted);
  console.log(`${failures} errors; ${planted.length - missed} of ${planted.length} planted faults caught`);
  process.exitCode = failures || missed || !planted.length ? 1 : 0;
}

try {
  main(process.argv[2]);
} catch (failure) {
  console.error(failure.message.slice(0, 500));
  process.exitCode = 2;
}
