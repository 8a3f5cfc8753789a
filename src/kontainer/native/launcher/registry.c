#include "launcher.h"

/* A power of two; a node has thousands of Kontainers at most. */
#define BUCKETS 1024

static struct kontainer *kontainers[BUCKETS];
static struct template *templates[BUCKETS];

#define REGISTRY(type, table)                                                     \
  struct type *find_##type(uint64_t id) {                                         \
    struct type *item = table[id % BUCKETS];                                      \
    while (item && item->id != id) item = item->next;                             \
    return item;                                                                  \
  }                                                                               \
  void register_##type(struct type *item) {                                       \
    item->next = table[item->id % BUCKETS];                                       \
    table[item->id % BUCKETS] = item;                                             \
  }                                                                               \
  void unregister_##type(struct type *item) {                                     \
    struct type **link = &table[item->id % BUCKETS];                              \
    while (*link && *link != item) link = &(*link)->next;                         \
    if (*link) *link = item->next;                                                \
  }                                                                               \
  void each_##type(void (*visit)(struct type *)) {                                \
    for (int i = 0; i < BUCKETS; i++)                                             \
      for (struct type *item = table[i], *next; item; item = next) {              \
        next = item->next;                                                        \
        visit(item);                                                              \
      }                                                                           \
  }

REGISTRY(kontainer, kontainers)
REGISTRY(template, templates)
