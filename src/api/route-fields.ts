import * as z from 'zod';
import { withRules } from './schema-rules.ts';

const hostName = '^([*][.])?([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$';
/** All functions are at an address, by their paths: whoever had it as a host would have the calls of all of them. */
const address = '(^|[.])[0-9]+$|^localhost$';
const [isHostName, isAddress] = [new RegExp(hostName), new RegExp(address)];

/** A host of requests. A wildcard stands for one label, as in an Ingress and in a certificate. */
export function hostSchema(description: string) {
  return withRules(z.string().max(253), description, [
    {
      cel: `self.matches(${JSON.stringify(hostName)})`,
      holds: (host) => isHostName.test(host),
      message: 'write a host name such as hello.example.com in lower case, or *.example.com',
    },
    {
      cel: `!self.matches(${JSON.stringify(address)})`,
      holds: (host) => !isAddress.test(host),
      message: 'write a name, not an address: all functions are there, by their paths',
    },
  ]);
}

const characters = "^([-A-Za-z0-9._~!$&'()*+,=:@/]|%[0-9A-Fa-f][0-9A-Fa-f])*$";
/** What servers read differently: dot segments, empty segments, encoded separators. */
const ambiguous = '//|(^|/)([.]|%2[eE]){1,2}(/|$)|%2[fF]|%5[cC]';
const [areCharacters, isAmbiguous] = [new RegExp(characters), new RegExp(ambiguous)];

/** The beginning of a path, in whole segments, with or without its first slash. */
export function routePathSchema(description: string) {
  return withRules(z.string().max(1024), description, [
    {
      cel: `self.matches(${JSON.stringify(characters)})`,
      holds: (path) => areCharacters.test(path),
      message: 'write a path such as api/hello: no query, no spaces, no ";", other characters as %XX',
    },
    {
      cel: `!self.matches(${JSON.stringify(ambiguous)})`,
      holds: (path) => !isAmbiguous.test(path),
      message: 'write whole segments: no "//", no "." or "..", no encoded slash',
    },
  ]);
}
