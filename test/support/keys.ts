import type { DataSource } from 'typeorm';
import { buildOperatorContext } from '../../src/cli/operator-context.js';
import type { ApiKeyReference } from '../../src/identity/api-keys.js';
import type { RotateExpressApiKeyInput } from '../../src/identity/contract/api-key.inputs.js';
import * as useCases from '../../src/identity/use-cases/index.js';

/** Revokes a key as the command line does. */
export const revokeKey = async (dataSource: DataSource, { clinicId, apiKeyId }: ApiKeyReference) =>
  (await useCases.revokeExpressApiKey(buildOperatorContext({ dataSource }, clinicId), { apiKeyId })).key;

/** Rotates a key as the command line does. */
export const rotateKey = (
  dataSource: DataSource,
  { clinicId, apiKeyId }: ApiKeyReference,
  rotation: Omit<RotateExpressApiKeyInput, 'apiKeyId'>,
) => useCases.rotateExpressApiKey(buildOperatorContext({ dataSource }, clinicId), { apiKeyId, ...rotation });
