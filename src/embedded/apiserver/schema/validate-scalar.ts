import { invalid, tooLong, typeInvalid, type FieldError } from '../status/field-error.ts';
import { fitsIntegerFormat, matchesFormat } from './formats.ts';
import { compilePattern } from './pattern.ts';
import type { StructuralSchema } from './structural-schema.ts';

export function validateString(value: string, schema: StructuralSchema, path: string): FieldError[] {
  // Characters, not UTF-16 units.
  const { length } = Array.from(value);
  const { minLength, maxLength, pattern, format } = schema;
  return [
    ...(maxLength !== undefined && length > maxLength ? [tooLong(path, maxLength)] : []),
    ...(minLength !== undefined && length < minLength
      ? [invalid(path, value, `${path} in body should be at least ${minLength} chars long`)]
      : []),
    ...(pattern !== undefined && !compilePattern(pattern).test(value)
      ? [invalid(path, value, `${path} in body should match '${pattern}'`)]
      : []),
    ...(format !== undefined && !matchesFormat(format, value)
      ? [typeInvalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`)]
      : []),
  ];
}

export function validateNumber(value: number, schema: StructuralSchema, path: string): FieldError[] {
  const { multipleOf, format } = schema;
  const problems = [
    ...boundProblems(value, schema),
    ...(multipleOf !== undefined && !isMultiple(value, multipleOf)
      ? [`should be a multiple of ${multipleOf}`]
      : []),
    ...(format !== undefined && !fitsIntegerFormat(format, value) ? [`must be of type ${format}`] : []),
  ];
  return problems.map((problem) => invalid(path, value, `${path} in body ${problem}`));
}

function boundProblems(value: number, schema: StructuralSchema): string[] {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum } = schema;
  const tooSmall = value < minimum || (exclusiveMinimum === true && value === minimum);
  const tooBig = value > maximum || (exclusiveMaximum === true && value === maximum);
  return [
    ...(tooSmall ? [`should be greater than ${orEqual(exclusiveMinimum)}${minimum}`] : []),
    ...(tooBig ? [`should be less than ${orEqual(exclusiveMaximum)}${maximum}`] : []),
  ];
}

function orEqual(exclusive: boolean | undefined): string {
  return exclusive === true ? '' : 'or equal to ';
}

/** Division, because 0.3 % 0.1 is not 0. */
function isMultiple(value: number, factor: number): boolean {
  return Math.abs(value / factor - Math.round(value / factor)) < 1e-9;
}
