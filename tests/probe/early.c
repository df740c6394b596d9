/* SPDX-License-Identifier: MIT */
/*
 * A shared library whose constructor connects to 192.0.2.1, port 7000, and prints the answer. In a
 * program that is linked with it, it runs before the constructors of preloaded libraries.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((constructor)) static void early(void)
{
	struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(7000)};
	char line[200];
	ssize_t size;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)inet_pton(AF_INET, "192.0.2.1", &server.sin_addr);
	if (connect(fd, (struct sockaddr *)&server, sizeof(server)) == 0)
		while ((size = read(fd, line, sizeof(line))) > 0)
			(void)!write(STDOUT_FILENO, line, (size_t)size);
	close(fd);
}
