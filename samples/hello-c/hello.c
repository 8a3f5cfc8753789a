/* A function in C: any program that speaks CGI (RFC 3875) is one. With a length the answer is over at its last byte,
 * without one at the end of the program. */
#include <stdio.h>

int main(void) {
  fputs("Content-Type: text/plain\nContent-Length: 12\n\nhello world\n", stdout);
  return 0;
}
