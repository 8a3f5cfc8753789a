# Sourced: a certificate authority for one test run, in the current folder.

make_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout authority.key -out authority.crt \
    -days 2 -subj /CN=kontain-test-authority 2> /dev/null
}

# certificate NAME SUBJECT [ALTERNATIVE_NAMES]
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2> /dev/null
  openssl x509 -req -in "$1.csr" -CA authority.crt -CAkey authority.key -CAcreateserial -days 2 -out "$1.crt" \
    -extfile <(echo "subjectAltName=${3:-DNS:$1}") 2> /dev/null
}

# kubeconfig NAME SERVER: self-contained, so that it can be copied
kubeconfig() {
  cat > "$1.kubeconfig" << K
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "$2", certificate-authority-data: $(base64 -w0 authority.crt)}}]
users: [{name: test, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
contexts: [{name: test, context: {cluster: test, user: test}}]
current-context: test
K
}
