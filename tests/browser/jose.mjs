// Verifies the receipt in a receipt file with npm's `jose`, which knows nothing of Placet.
//   node jose.mjs <node_modules>/jose/package.json <receipt file>
// Prints what the receipt says; ends with an error where the signature does not hold.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , packageFile, receiptFile] = process.argv;
const library = createRequire(packageFile).resolve('jose');
const { calculateJwkThumbprint, compactVerify, importJWK } = await import(pathToFileURL(library));

const { receipt, jwk } = JSON.parse(readFileSync(receiptFile, 'utf8'));
const key = await importJWK(jwk, 'ES256');
const { payload, protectedHeader } = await compactVerify(receipt, key, { algorithms: ['ES256'] });

if (protectedHeader.typ !== 'consent-receipt+jws') throw new Error(`typ is ${protectedHeader.typ}`);
if (protectedHeader.kid !== (await calculateJwkThumbprint(jwk))) throw new Error('kid is not the thumbprint of the key');
console.log(new TextDecoder().decode(payload));
