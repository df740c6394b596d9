// SPDX-License-Identifier: MIT

// What an entry's Go program does: a page by name, a datagram, and then it listens on port 8080.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
)

func main() {
	answer, err := http.Get("https://www.site.test/ip")
	if err == nil {
		_, err = io.Copy(os.Stdout, answer.Body)
	}
	udp, err2 := net.Dial("udp", "192.0.2.1:7002")
	if err == nil && err2 == nil {
		said := make([]byte, 100)
		fmt.Fprint(udp, "x")
		size, _ := udp.Read(said)
		fmt.Println(strings.TrimSpace(string(said[:size])))
		err = http.ListenAndServe(":8080", nil)
	}
	fmt.Fprintln(os.Stderr, err, err2)
	os.Exit(1)
}
