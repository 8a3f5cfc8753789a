/** The configuration names images as pods do, or in skopeo's notation. */
const transport = /^(docker:\/\/|(oci|oci-archive|docker-archive|dir):)/;

/** In skopeo's notation. */
export function imageReference(name: string): string {
  return transport.test(name) ? name : `docker://${name}`;
}
