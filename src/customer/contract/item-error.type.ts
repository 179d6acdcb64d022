import { Field, ID, Int, ObjectType } from 'type-graphql';
import { JsonScalar } from '../../shared/scalars.js';
import type { AppError } from '../../shared/app-error.js';

@ObjectType({ description: 'One broken rule of an item.' })
export class ExpressCustomerItemFieldError {
  @Field(() => JsonScalar, {
    description: 'Place of the value: a list of "inputs", the index of the item, and field names.',
  })
  path!: (string | number)[];

  @Field({ description: 'Kind of rule: REQUIRED, BLANK, TOO_LONG, TOO_MANY, INVALID or UNKNOWN.' })
  code!: string;

  @Field({ description: 'What is allowed; it never repeats the value.' })
  message!: string;
}

@ObjectType({ description: 'Why an item was refused: what the call would fail with if the item came alone.' })
export class ExpressCustomerItemError {
  @Field({ description: 'Code to act on, as in extensions.code of a call that fails.' })
  code!: string;

  @Field({ description: 'For people; it never repeats a value that was sent.' })
  message!: string;

  @Field(() => [ExpressCustomerItemFieldError], { description: 'Broken rules, with BAD_USER_INPUT.' })
  fields!: ExpressCustomerItemFieldError[];

  @Field(() => Int, { nullable: true, description: 'Current version, with VERSION_CONFLICT.' })
  currentVersion!: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the customer that has the reference, with EXTERNAL_REFERENCE_TAKEN.',
  })
  expressCustomerId!: string | null;
}

/** Maps the error of an item to an answer. */
export function toItemError({ code, message, details }: AppError): ExpressCustomerItemError {
  const { fields = [], currentVersion = null, expressCustomerId = null } = details;
  return { code, message, fields, currentVersion, expressCustomerId };
}
