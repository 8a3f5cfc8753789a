/* A function in C: any program that speaks CGI (RFC 3875) is one. */
#include <stdio.h>

int main(void) {
  fputs("Content-Type: text/plain\n\nhello world\n", stdout);
  return 0;
}
