/* SPDX-License-Identifier: MIT */
/*
 * usage: lookup NAME — prints the addresses that getaddrinfo(3) finds, one a line. It is built for
 * this machine, for its 32-bit ABI, and against musl, which has a resolver of its own.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;
	int r = argc == 2 ? getaddrinfo(argv[1], NULL, &hints, &all) : EAI_FAIL;

	if (r != 0) {
		puts(gai_strerror(r));
		return 1;
	}
	for (struct addrinfo *one = all; one; one = one->ai_next) {
		char text[100];

		if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof(text), NULL, 0,
				NI_NUMERICHOST) == 0)
			puts(text);
	}
	freeaddrinfo(all);
	return 0;
}
