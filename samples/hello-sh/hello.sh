#!/bin/sh
# A function as a shell script: CGI (RFC 3875), headers first, then an empty line.
printf 'Content-Type: text/plain\n\n'
echo "hello ${QUERY_STRING:-world}"
