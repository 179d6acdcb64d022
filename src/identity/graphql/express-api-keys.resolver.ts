import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { SizedByFirst } from '../../shared/list-size-directive.js';
import { PageArgs } from '../../shared/page.args.js';
import { toConnection } from '../../shared/page.js';
import {
  CreateExpressApiKeyInput,
  RevokeExpressApiKeyInput,
  RotateExpressApiKeyInput,
} from '../contract/api-key.inputs.js';
import {
  CreateExpressApiKeyResult,
  ExpressApiKey,
  ExpressApiKeyConnection,
  RotateExpressApiKeyResult,
  toExpressApiKey,
} from '../contract/express-api-key.type.js';
import type { RequestContext } from '../request-context.js';
import * as useCases from '../use-cases/index.js';
import { requiresScope } from './requires-scope.js';

const ManagesKeys = (): MethodDecorator & PropertyDecorator => requiresScope('keys:manage');

@Resolver()
export class ExpressApiKeysResolver {
  @ManagesKeys()
  @Query(() => ExpressApiKey, {
    nullable: true,
    description: 'One API key; null if it does not exist or belongs to another clinic.',
  })
  async expressApiKey(
    @Ctx() context: RequestContext,
    @Arg('apiKeyId', () => ID, { description: 'Id of the key: a UUID.' }) apiKeyId: string,
  ): Promise<ExpressApiKey | null> {
    const found = await useCases.expressApiKey(context, apiKeyId);
    return found && toExpressApiKey(found.key, { ...found, actor: context.actor });
  }

  @SizedByFirst()
  @ManagesKeys()
  @Query(() => ExpressApiKeyConnection, {
    description: "API keys of the caller's clinic, newest first, page by page. Expired and revoked ones are kept.",
  })
  async expressApiKeys(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<ExpressApiKeyConnection> {
    const found = await useCases.expressApiKeys(context, page);
    return toConnection(found, (key) => toExpressApiKey(key, { now: found.now, actor: context.actor }));
  }

  @ManagesKeys()
  @Mutation(() => CreateExpressApiKeyResult, {
    description: 'Creates an API key of the clinic. Its token is in this answer and nowhere else.',
  })
  async createExpressApiKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateExpressApiKeyInput, { description: 'The new key.' }) input: CreateExpressApiKeyInput,
  ): Promise<CreateExpressApiKeyResult> {
    const { key, token, now } = await useCases.createExpressApiKey(context, input);
    return { expressApiKey: toExpressApiKey(key, { now, actor: context.actor }), token };
  }

  @ManagesKeys()
  @Mutation(() => RotateExpressApiKeyResult, {
    description:
      'Creates an API key with the scopes and the description of another, which works until the overlap ends. A key is rotated ' +
      'once; after that, rotate the one that replaced it.',
  })
  async rotateExpressApiKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => RotateExpressApiKeyInput, { description: 'The key to replace.' })
    input: RotateExpressApiKeyInput,
  ): Promise<RotateExpressApiKeyResult> {
    const { key, replaced, token, now } = await useCases.rotateExpressApiKey(context, input);
    const reading = { now, actor: context.actor };
    return {
      expressApiKey: toExpressApiKey(key, reading),
      replacedExpressApiKey: toExpressApiKey(replaced, reading),
      token,
    };
  }

  @ManagesKeys()
  @Mutation(() => ExpressApiKey, {
    description:
      'Revokes an API key for good: every instance refuses it within 5 seconds. Fails with API_KEY_IN_USE for the key that makes ' +
      'the call. Repeating the call changes nothing.',
  })
  async revokeExpressApiKey(
    @Ctx() context: RequestContext,
    @Arg('input', () => RevokeExpressApiKeyInput, { description: 'The key to revoke.' })
    input: RevokeExpressApiKeyInput,
  ): Promise<ExpressApiKey> {
    const { key, now } = await useCases.revokeExpressApiKey(context, input);
    return toExpressApiKey(key, { now, actor: context.actor });
  }
}
