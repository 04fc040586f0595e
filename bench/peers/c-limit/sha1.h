/* SHA-1 (RFC 3174) and base64 (RFC 4648), as far as Sec-WebSocket-Accept needs them. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static uint32_t rotate(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

static void sha1_block(uint32_t state[5], const uint8_t block[64]) {
  uint32_t w[80];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int i = 0; i < 80; i++) {
    uint32_t f = i < 20   ? (b & c) | (~b & d)
                 : i < 40 ? b ^ c ^ d
                 : i < 60 ? (b & c) | (b & d) | (c & d)
                          : b ^ c ^ d;
    static const uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t next = rotate(a, 5) + f + e + k[i / 20] + w[i];
    e = d, d = c, c = rotate(b, 30), b = a, a = next;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

/* Of 56 to 119 bytes, which take two blocks with their padding: a key and the GUID are 60. */
static void sha1(const uint8_t *data, size_t length, uint8_t digest[20]) {
  uint8_t blocks[128] = {0};
  uint32_t state[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  memcpy(blocks, data, length);
  blocks[length] = 0x80;
  blocks[126] = (uint8_t)(length * 8 >> 8);
  blocks[127] = (uint8_t)(length * 8);
  sha1_block(state, blocks);
  sha1_block(state, blocks + 64);
  for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - i % 4 * 8));
}

/* 20 bytes become 28 characters. */
static void base64(const uint8_t digest[20], char text[28]) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 7; i++) {
    uint32_t last = i == 6 ? 0 : digest[3 * i + 2];
    uint32_t group = (uint32_t)digest[3 * i] << 16 | digest[3 * i + 1] << 8 | last;
    for (int j = 0; j < 4; j++) text[4 * i + j] = alphabet[group >> (18 - 6 * j) & 63];
  }
  text[27] = '=';
}
