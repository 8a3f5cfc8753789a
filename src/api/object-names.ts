const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(?:\\.${label})*$`);

/** A namespace's name: an RFC 1123 label (Kubernetes, "Object Names and IDs"). */
export function isNamespaceName(text: string): boolean {
  return labelPattern.test(text);
}

/** An object's name: an RFC 1123 subdomain of at most 253 characters. */
export function isFunctionName(text: string): boolean {
  return text.length <= 253 && subdomainPattern.test(text);
}
