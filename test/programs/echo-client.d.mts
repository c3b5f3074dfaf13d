// What echo-client.mjs, which browsers run as it is, gives to TypeScript.

export interface EchoResult {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  readonly extensions: string;
  readonly protocol: string;
}

export function echoAll(url: string, protocols?: readonly string[]): Promise<EchoResult>;
