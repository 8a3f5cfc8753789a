import * as z from 'zod';
import { textMatching, withRules } from './schema-rules.ts';

/** A host of requests. A wildcard stands for one label, as in an Ingress and in a certificate. */
export function hostSchema(description: string) {
  return textMatching({
    description,
    pattern: '^([*][.])?([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$',
    message: 'write a host name such as hello.example.com in lower case, or *.example.com',
    maxLength: 253,
  });
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
