#define _GNU_SOURCE
#include "response.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The value of a header field inside [head, end), or NULL. */
static const char *field(const char *head, const char *end, const char *name) {
  size_t length = strlen(name);
  for (const char *line = head; line && line < end; line = strstr(line, "\r\n")) {
    if (*line == '\r') line += 2;
    if (strncasecmp(line, name, length) == 0 && line[length] == ':') return line + length + 1;
  }
  return NULL;
}

static bool chunks_ended(const char *body, const char *end) {
  for (;;) {
    char *line;
    unsigned long size = strtoul(body, &line, 16);
    char *data = strstr(body, "\r\n");
    if (line == body || !data) return false;
    data += 2;
    if (size == 0) return strstr(data - 2, "\r\n\r\n") != NULL;
    if ((size_t)(end - data) < size + 2) return false;
    body = data + size + 2;
  }
}

enum response_state response_look(struct response *response, bool ended) {
  char *end = response->bytes + response->size;
  *end = 0;
  const char *head_end = strstr(response->bytes, "\r\n\r\n");
  if (!head_end) return ended || response->size == RESPONSE_MAX ? RESPONSE_BAD : RESPONSE_MORE;
  if (strncmp(response->bytes, "HTTP/1.", 7) || strncmp(response->bytes + 8, " 200", 4)) return RESPONSE_BAD;
  const char *body = head_end + 4, *length = field(response->bytes, head_end, "content-length");
  bool whole = ended;
  if (length) whole = (size_t)(end - body) >= strtoul(length, NULL, 10);
  else if (field(response->bytes, head_end, "transfer-encoding")) whole = chunks_ended(body, end);
  if (whole) return RESPONSE_WHOLE;
  return ended || response->size == RESPONSE_MAX ? RESPONSE_BAD : RESPONSE_MORE;
}
