/* SPDX-License-Identifier: MIT */
/* The preload libraries that payload.S embeds in the executable. */
#ifndef BINDTO_PAYLOAD_H
#define BINDTO_PAYLOAD_H

extern const unsigned char payload_library[], payload_library_end[];
/* Empty if no library for 32-bit programs was built. */
extern const unsigned char payload_library_32[], payload_library_32_end[];

#endif
