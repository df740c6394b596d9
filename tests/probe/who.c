/* SPDX-License-Identifier: MIT */
/*
 * usage: who ADDRESS PORT — connects over TCP and prints the line that the server sends. It is
 * built for this machine, for its 32-bit ABI, static, and against musl, to see which of them bindto
 * pins.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_to(const char *address, const char *port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = v4.sin_port};
	bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;

	if (!is_v4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1)
		return -1;

	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	int r = is_v4 ? connect(fd, (struct sockaddr *)&v4, sizeof(v4))
		      : connect(fd, (struct sockaddr *)&v6, sizeof(v6));
	return r < 0 ? -1 : fd;
}

int main(int argc, char **argv)
{
	char line[200];
	ssize_t size;
	int fd = argc == 3 ? connect_to(argv[1], argv[2]) : -1;

	if (fd < 0) {
		perror("who");
		return 1;
	}
	while ((size = read(fd, line, sizeof(line))) > 0)
		fwrite(line, 1, (size_t)size, stdout);
	return 0;
}
