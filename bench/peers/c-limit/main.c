/*
 * The minimum cost of a fan-out with one system call per socket: one loop over epoll, one frame per post,
 * and one write per subscriber. It parses only as much HTTP and JSON as the load generator writes, trusts
 * its peer, and is not a server for anything else.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sha1.h"

enum { MAX_FILES = 65536, REQUEST_BYTES = 16384, EVENTS = 256, BACKLOG = 4096 };

struct request {
  size_t length;
  char bytes[REQUEST_BYTES + 1];
};

/* By file descriptor: what has come of its request; none once it is a subscriber. */
static struct request *requests[MAX_FILES];
/* The subscribers, close together, and where each is. */
static int subscribers[MAX_FILES];
static int places[MAX_FILES];
static int subscriber_count;
static char author[37];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void make_uuid(char text[37]) {
  uint8_t b[16];
  if (getrandom(b, sizeof b, 0) != sizeof b) die("getrandom");
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  snprintf(text, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
           b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static void unsubscribe(int fd) {
  int place = places[fd];
  if (place < 0) return;
  int last = subscribers[--subscriber_count];
  subscribers[place] = last;
  places[last] = place;
  places[fd] = -1;
}

static void end(int fd) {
  unsubscribe(fd);
  free(requests[fd]);
  requests[fd] = NULL;
  close(fd);
}

/* A socket that does not take all is a reader that does not keep up: it goes, and the run will be void. */
static bool send_all(int fd, const char *bytes, size_t length) {
  if (write(fd, bytes, length) == (ssize_t)length) return true;
  fprintf(stderr, "c-limit: a socket took less than it was given\n");
  return false;
}

static void fan_out(const char *text, int text_length) {
  static char frame[REQUEST_BYTES + 512];
  char id[37];
  make_uuid(id);
  char *payload = frame + 10;
  /* The text is JSON already, and leaves as it came. */
  size_t length = (size_t)sprintf(
      payload, "{\"type\":\"post\",\"payload\":{\"postId\":\"%s\",\"postText\":%.*s,\"author_user_id\":\"%s\"}}",
      id, text_length, text, author);
  size_t header_length = length < 126 ? 2 : 4; /* REQUEST_BYTES is below 64 KiB. */
  char *start = payload - header_length;
  start[0] = (char)0x81;
  start[1] = (char)(length < 126 ? length : 126);
  if (length >= 126) start[2] = (char)(length >> 8), start[3] = (char)length;
  /* Backwards: who is taken out is replaced by one that has been written to. */
  for (int i = subscriber_count - 1; i >= 0; i--) {
    int fd = subscribers[i];
    if (!send_all(fd, start, header_length + length)) end(fd);
  }
}

/* Returns whether the connection goes on. */
static bool subscribe(int fd, const char *head) {
  static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  static const char name[] = "sec-websocket-key: ";
  const char *key = strcasestr(head, name);
  if (!key || strlen(key) < sizeof name - 1 + 24) return false;
  char joined[60], accept[28], response[256];
  memcpy(joined, key + sizeof name - 1, 24);
  memcpy(joined + 24, guid, 36);
  uint8_t digest[20];
  sha1((uint8_t *)joined, sizeof joined, digest);
  base64(digest, accept);
  int length = sprintf(response,
                       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: %.28s\r\n\r\n",
                       accept);
  places[fd] = subscriber_count;
  subscribers[subscriber_count++] = fd;
  free(requests[fd]);
  requests[fd] = NULL;
  return send_all(fd, response, (size_t)length);
}

/* {"text":"…"}: the string with its quotes; NULL where there is none. */
static const char *find_text(const char *body, int *length) {
  const char *start = strstr(body, "\"text\":\"");
  if (!start) return NULL;
  start += strlen("\"text\":");
  const char *at = start + 1;
  while (*at && *at != '"') at += *at == '\\' && at[1] ? 2 : 1;
  *length = (int)(at - start) + 1;
  return *at ? start : NULL;
}

/* Returns whether the connection goes on. */
static bool handle(int fd, struct request *request) {
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  request->bytes[request->length] = 0;
  char *head_end = strstr(request->bytes, "\r\n\r\n");
  if (!head_end) return request->length < REQUEST_BYTES;
  if (strncmp(request->bytes, "GET /post/feed/posted ", 22) == 0) return subscribe(fd, request->bytes);
  if (strncmp(request->bytes, "POST /post/create ", 18) != 0) return false;
  const char *declared = strcasestr(request->bytes, "content-length:");
  if (!declared || declared > head_end) return false;
  char *body = head_end + 4;
  size_t body_length = strtoul(declared + 15, NULL, 10);
  if (request->length < (size_t)(body - request->bytes) + body_length) return request->length < REQUEST_BYTES;
  int text_length;
  const char *text = find_text(body, &text_length);
  if (!text) return false;
  fan_out(text, text_length);
  request->length = 0;
  return send_all(fd, answer, sizeof answer - 1);
}

static void receive(int fd) {
  static char ignored[4096];
  struct request *request = requests[fd];
  char *into = request ? request->bytes + request->length : ignored;
  size_t room = request ? REQUEST_BYTES - request->length : sizeof ignored;
  ssize_t got = read(fd, into, room);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    end(fd);
    return;
  }
  if (!request) return; /* What a subscriber says is thrown away. */
  request->length += (size_t)got;
  if (!handle(fd, request)) end(fd);
}

static void accept_all(int epoll, int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    int on = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    requests[fd] = calloc(1, sizeof **requests);
    places[fd] = -1;
    if (!requests[fd]) die("calloc");
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) die("TCP_NODELAY");
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  }
  if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) die("accept");
}

static int listen_somewhere(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0) die("bind");
  if (listen(listener, BACKLOG) < 0 || getsockname(listener, (struct sockaddr *)&address, &size) < 0) die("listen");
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

int main(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) < 0) die("getrlimit");
  files.rlim_cur = files.rlim_max < MAX_FILES ? files.rlim_max : MAX_FILES;
  if (setrlimit(RLIMIT_NOFILE, &files) < 0) die("setrlimit");
  signal(SIGPIPE, SIG_IGN);
  make_uuid(author);
  int listener = listen_somewhere();
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0) die("epoll");
  for (;;) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(epoll, listener);
      } else {
        receive(fd);
      }
    }
  }
}
