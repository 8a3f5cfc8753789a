/* Messages between the launcher and its templates, over SOCK_SEQPACKET sockets. Both ends run on one machine, but a
 * runtime image may be older than the launcher: the version is checked on the first message. The launcher trusts no
 * message from a template further than the function that the template belongs to. */
#ifndef KONTAIN_PROTOCOL_H
#define KONTAIN_PROTOCOL_H

#include <stdint.h>
#include <sys/types.h>

#define KONTAIN_PROTOCOL_VERSION 1
#define KONTAIN_MAX_GROUPS 16

enum message_type {
  MESSAGE_INIT = 1, /* launcher → template, with the seccomp program as a file descriptor */
  MESSAGE_UP,       /* template → launcher: the handler is loaded, fork requests are welcome */
  MESSAGE_FORK,     /* launcher → template, with FORK_FDS descriptors */
  MESSAGE_BORN,     /* child → launcher: here is my pid (in the credentials), give me my cgroup */
  MESSAGE_GO,       /* launcher → child: you are in your cgroup */
  MESSAGE_READY,    /* child → launcher: I wait in accept */
  MESSAGE_EXIT,     /* template → launcher: a child was reaped */
  MESSAGE_FAILED,   /* child or template → launcher: a step failed */
};

/* Descriptors that come with MESSAGE_FORK, in this order. */
enum fork_fd { FORK_LISTEN, FORK_STDOUT, FORK_STDERR, FORK_LIFE, FORK_FDS };

struct fork_request {
  uint64_t tmp_bytes;
  uint64_t file_size_bytes;
  uint32_t uid;
  uint32_t gid;
  uint32_t group_count;
  uint32_t groups[KONTAIN_MAX_GROUPS];
  char hostname[64];
};

struct message {
  uint32_t type;
  uint32_t version;
  uint64_t id;
  union {
    struct fork_request fork;
    struct {
      int32_t status; /* as from waitpid(2) */
      uint64_t cpu_micros;
    } exit;
    struct {
      int32_t error; /* errno */
      char step[32];
    } failed;
  };
};

/* Both return 0, or -1 with errno. `receive` fills at most `max` descriptors and sets the rest to -1; a message of
 * another size than ours is EBADMSG, the end of the stream is EPIPE. */
int message_send(int socket, const struct message *message, const int *fds, int count);
int message_receive(int socket, struct message *message, int *fds, int max);

#endif
