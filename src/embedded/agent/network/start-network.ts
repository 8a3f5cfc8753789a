/** Files in the folder of a container that startNetwork reads. */
export const networkFiles = { routes: 'routes', resolver: 'resolv.conf' };

/**
 * A function of sh(1), `start_network FOLDER [PORT]…`: makes the network namespace FOLDER/netns, with routes and a way out through
 * slirp4netns, whose process sees nothing of the machine but its network. Each PORT is that of the machine's loopback. To be called in mount
 * and pid namespaces of their own, which take all of it with them. The namespace is not that of the container's users: nothing in
 * there can change its routes.
 */
export const startNetwork = `
start_network() {
  cd "$1"
  : > netns
  unshare --net="$1/netns" ip -batch ${networkFiles.routes}
  mkfifo ready
  cat /etc/resolv.conf > machine-resolv.conf || :
  unshare --mount sh -c '
    exec 3< machine-resolv.conf 4< netns
    mount -t tmpfs -o mode=755,size=64k tmpfs /run
    mount -t tmpfs -o mode=755,size=64k tmpfs /etc
    cat <&3 > /etc/resolv.conf
    exec 3<&-
    exec slirp4netns --configure --mtu=65520 --disable-host-loopback --enable-sandbox --enable-seccomp \\
      --ready-fd=5 --netns-type=path /proc/self/fd/4 tap0' 5> ready > network.log 2>&1 &
  [ "$(head -c 1 ready)" = 1 ] || no_network
  folder=$1
  shift
  for port; do relay "$folder/netns" "$port"; done
  cd /
}

relay() {
  least='setpriv --no-new-privs --bounding-set=-all,+net_bind_service'
  $least socat "UNIX-LISTEN:port-$2,fork,mode=600" "TCP4:127.0.0.1:$2" >> network.log 2>&1 &
  outside=$!
  nsenter --net="$1" $least socat "TCP4-LISTEN:$2,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:port-$2" >> network.log 2>&1 &
  inside=$!
  listening=$(printf ':%04X 00000000:0000 0A' "$2")
  until [ -S "port-$2" ] && nsenter --net="$1" grep -q "$listening" /proc/net/tcp; do
    kill -0 $outside && kill -0 $inside || no_network
    sleep 0.01
  done
}

no_network() {
  cat network.log >&2
  echo 'The network of this container could not be started; that takes iproute2, slirp4netns and socat.' >&2
  exit 1
}
`;
