/** What a credential may still spend in the current window. */
export interface Allowance {
  limit: number;
  remaining: number;
  /** Whole seconds, at least 1. */
  resetS: number;
}

/** A program or library as it names itself. */
export interface ClientName {
  name: string;
  version?: string;
}

/** What a request asked for and how it ended, as far as it may be logged: never a name, metadata or a key. */
export interface Outcome {
  /** The root fields of the schema that were called, such as createExpressCustomer. */
  operation?: string;
  /** The error code of the answer; none when it succeeded. */
  code?: string;
  /** Why the service could not answer, in words without any value of the request. */
  cause?: string;
  /** Whether the operation was kept from an earlier call and so skipped Apollo's pipeline. */
  isRepeated?: boolean;
  /** What of the schema was called that is deprecated, as coordinates such as Query.oldField. */
  deprecated?: readonly string[];
  /** The library that sent the operation, where it says so. */
  clientLibrary?: ClientName;
  /** What the credential may still spend; none where nothing was taken. */
  allowance?: Allowance;
}
